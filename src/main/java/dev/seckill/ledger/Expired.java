package dev.seckill.ledger;

import java.util.concurrent.TimeUnit;

/**
 * What one call found to expire.
 *
 * @param reservations how many it expired
 * @param quietUntilNanos until when nothing more is due (System.nanoTime): whatever becomes of the clock of Redis, a new
 *     reservation lives for a hold time from now
 * @param isMoreDue whether something may be due already
 */
public record Expired(long reservations, long quietUntilNanos, boolean isMoreDue) {
    static Expired of(Reply reply) {
        long quietMs = reply.result(1) - reply.nowMs();
        return new Expired(reply.result(0), reply.sentAtNanos() + TimeUnit.MILLISECONDS.toNanos(quietMs), quietMs <= 0);
    }
}
