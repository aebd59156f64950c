package dev.seckill.ledger;

import dev.seckill.trade.SaleId;
import dev.seckill.trade.Standing;

/**
 * How a sale stood, as a reply told.
 *
 * @param leaseMs how long after the call was sent a sale that was empty still is: for half the time that tickets which come
 *     back from then on rest, and not beyond the restock of those that rest already
 * @param sentAtNanos when the call was sent (System.nanoTime): it cannot have stood so before that
 */
public record Heard(SaleId sale, Standing standing, long leaseMs, long sentAtNanos) {
    static Heard of(SaleId sale, Reply reply) {
        return of(sale, reply.standing(), reply.restMs(), reply.restockAtMs(), reply.nowMs(), reply.sentAtNanos());
    }

    /** Times in ms of Redis; restock at 0 if nothing rests. */
    static Heard of(SaleId sale, Standing standing, long restMs, long restockAtMs, long nowMs, long sentAtNanos) {
        long lease = restMs / 2;
        return new Heard(sale, standing, restockAtMs == 0 ? lease : Math.min(lease, restockAtMs - nowMs), sentAtNanos);
    }
}
