/**
 * The durable orders: every reservation and what became of it, in PostgreSQL, written behind the sale from its movements.
 *
 * <p>Called by the timer and the container, and by whoever looks for orders; no purchase waits for it, and a sale sells on while
 * the database is away. The only room that knows SQL. It takes a sale's movements in their order and moves the database's own
 * progress in the same transaction, so that nothing is written twice and nothing left out, whoever dies when. It compares what it
 * wrote with the ledger, and has the ledger corrected where both are proved to say something else than the ledger's numbers; it
 * never copies anything from the database there.
 */
package dev.seckill.order;
