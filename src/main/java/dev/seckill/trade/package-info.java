/**
 * The words of the trade: the values that every room speaks in, and the rules each of them keeps.
 *
 * <p>Everybody imports this room; it imports nobody. It never does anything but refuse nonsense: no I/O, no state, no
 * framework.
 */
package dev.seckill.trade;
