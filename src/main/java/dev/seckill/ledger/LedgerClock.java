package dev.seckill.ledger;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Redis time as this node estimates it between replies: the time the last one told, plus what has passed since by the
 * monotonic clock. The node's own wall clock plays no part.
 */
final class LedgerClock {
    private static final Logger LOG = Logger.getLogger(LedgerClock.class.getName());

    /** Servers of a cluster may differ by a little; this much is a clock that was set. */
    private static final long JUMP_MS = 5_000;

    private static final long BETWEEN_ALARMS_NANOS = TimeUnit.MINUTES.toNanos(1);

    private record Tick(long ledgerMs, long nanos) {}

    private volatile Tick last = new Tick(0, System.nanoTime());
    private final AtomicLong alarmedAtNanos = new AtomicLong(System.nanoTime() - BETWEEN_ALARMS_NANOS);

    /** Hears the time that a reply told to a call that was sent then (System.nanoTime). */
    void hear(long ledgerMs, long sentAtNanos) {
        Tick before = last;
        long now = System.nanoTime();
        last = new Tick(ledgerMs, now);
        // Told at some time since the call was sent: a reply may be late.
        long aheadMs = ledgerMs - at(before, now);
        long behindMs = at(before, sentAtNanos) - ledgerMs;
        if (before.ledgerMs > 0 && Math.max(aheadMs, behindMs) > JUMP_MS) {
            alarm(aheadMs, now);
        }
    }

    private void alarm(long jumpMs, long now) {
        long before = alarmedAtNanos.get();
        if (now - before >= BETWEEN_ALARMS_NANOS && alarmedAtNanos.compareAndSet(before, now)) {
            LOG.log(
                    Level.SEVERE,
                    "The time of Redis has jumped by {0} ms, unless this machine was suspended. Forward, reservations"
                            + " expire and sales open too early; back, the time of a sale stands still until it is"
                            + " reached again. Mend the clock of Redis.",
                    Long.toString(jumpMs));
        }
    }

    /** In ms since 1970; meaningless before the first reply. */
    long nowMs() {
        return at(last, System.nanoTime());
    }

    private static long at(Tick tick, long nanos) {
        return tick.ledgerMs + TimeUnit.NANOSECONDS.toMillis(nanos - tick.nanos);
    }
}
