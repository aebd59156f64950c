package dev.seckill.ledger;

import dev.seckill.trade.SaleId;
import dev.seckill.trade.Standing;

/**
 * How a sale stood, as a reply told.
 *
 * @param leaseMs how long after the call was sent a sale in which nothing remained may be taken for one: half of the time
 *     until tickets that come back from then on, or rest already, are on sale; half, because clocks differ
 * @param sentAtNanos when the call was sent (System.nanoTime): it cannot have stood so before that
 */
public record Heard(SaleId sale, Standing standing, long leaseMs, long sentAtNanos) {
    static Heard of(SaleId sale, Reply reply) {
        return of(sale, reply.standing(), reply.restMs(), reply.restockAtMs(), reply.nowMs(), reply.sentAtNanos());
    }

    /** Times in ms of Redis; restock at 0 if nothing rests. */
    static Heard of(SaleId sale, Standing standing, long restMs, long restockAtMs, long nowMs, long sentAtNanos) {
        long untilRestockMs = restockAtMs == 0 ? restMs : Math.min(restMs, restockAtMs - nowMs);
        return new Heard(sale, standing, untilRestockMs / 2, sentAtNanos);
    }
}
