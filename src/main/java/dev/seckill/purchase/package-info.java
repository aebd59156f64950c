/**
 * The front door: who buys, what they want, one outcome, one HTTP answer.
 *
 * <p>Called by buyers: {@link dev.seckill.purchase.Doorkeeper} refuses while all is sold out or too many
 * are inside, {@link dev.seckill.purchase.ReservationsResource} sells, and
 * {@link dev.seckill.purchase.TicketServlet} does so under the contract of the system this one follows. It decides
 * nothing about tickets itself and never waits for the ledger on a request's thread.
 */
package dev.seckill.purchase;
