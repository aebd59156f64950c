/**
 * The central stock: every sale's sums, reservations and movements, in Redis, and the scripts that change them.
 *
 * <p>Called by all rooms above through {@link dev.seckill.ledger.Ledger}; the only room that knows Redis, Redisson, keys
 * and scripts. Each script is one atomic step that keeps {@code remaining + returning + reserved + sold = capacity} and
 * may be sent twice. This room never answers "taken" before the disk has it, and never "not taken" when it cannot know.
 */
package dev.seckill.ledger;
