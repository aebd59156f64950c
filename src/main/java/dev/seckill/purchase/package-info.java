/**
 * The front door: who buys, what they want, one outcome, one HTTP answer.
 *
 * <p>Called by buyers: {@link dev.seckill.purchase.Doorkeeper} refuses, as {@link dev.seckill.purchase.Door} says, or sells
 * when that is all there is to it,
 * {@link dev.seckill.purchase.ReservationsResource} serves everybody else, and
 * {@link dev.seckill.purchase.TicketServlet} does so under the contract of the system this one follows. It decides
 * nothing about tickets itself and never waits for the ledger on a request's thread.
 */
package dev.seckill.purchase;
