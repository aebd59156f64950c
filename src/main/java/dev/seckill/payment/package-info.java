/**
 * Buyers pay here: a reservation's payment is started at the provider, what the provider says of it is kept and acted upon, and
 * money that is due back goes back. The way of a payment, each step of which may be repeated by anybody after a crash:
 *
 * <pre>
 * POST …/payment     row STARTED → the ledger holds the reservation longer → the provider opens a page → its address
 * webhook, or timer  row SUCCEEDED → the ledger decides, once → row CONFIRMED or REFUND_DUE → the event is done
 * timer              refund due (written by the room order) → the provider gives it back → DONE
 * </pre>
 *
 * <p>Called by buyers, the provider, operators and the timer. It never decides what a payment has bought: only the ledger does.
 * No purchase waits for it.
 */
package dev.seckill.payment;
