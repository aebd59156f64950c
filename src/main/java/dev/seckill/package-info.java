/**
 * Sells tickets: a million buyers, ten thousand tickets, the same second.
 *
 * <p>The way of one purchase, down through the rooms; imports point the same way and never back:
 *
 * <pre>
 * POST /api/sales/{sale}/reservations        token, Idempotency-Key, quantity
 *   limit      AddressFilter: one too many from this address → 429; Purchases asks again once the buyer is known
 *   purchase   Doorkeeper: just heard that all is gone, and the buyer has nothing → 409 at once
 *   identity   Callers: whose token is it; verified once, known by its hash after that
 *   purchase   Doorkeeper, or ReservationsResource if anything is unusual: parse; at the end, one outcome → one status
 *   sale       Sales: is there such a sale, has it opened, what is the limit
 *   stock      LocalStock: this node's share lets it through, or asks for more
 *   ledger     DeductionBatcher: all who wait together are one call to Redis
 *              deduct.lua: known id? stamp? deadline? open? limit? remaining? → deduct, and write the movement
 * ← 201 RESERVED, on disk before it is said
 * </pre>
 *
 * <p>Behind them, and nobody waits for it: {@code order} writes what moved in a sale as rows of a database, in its order;
 * {@code payment} lets a buyer pay what it has reserved, and gives money back; {@code office} shows both.
 *
 * <p>Beside them: {@code trade} has the words all of them speak in, {@code http} what the resources share, {@code node}
 * the timer, health and configuration of a node; {@code cluster} tells that other nodes came or went; {@code signin} gives
 * out tokens for a trial.
 */
package dev.seckill;
