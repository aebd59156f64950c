/**
 * What a node does by itself: reads its configuration, ticks once a second, tells how it is, and stops without
 * a failed request.
 *
 * <p>Called by the container only. It decides nothing about tickets: each tick asks the other rooms to look after what is
 * theirs, and every step may fail, repeat, or run on several nodes at once.
 */
package dev.seckill.node;
