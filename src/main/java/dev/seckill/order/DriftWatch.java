package dev.seckill.order;

import dev.seckill.trade.Place;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What this node remembers of one sale's comparisons. A sale that agreed, all of its orders one by one too, is compared again only
 * after it has moved.
 */
final class DriftWatch {
    /** Between comparisons that cannot correct what they find: the proof that they cannot may take seconds. */
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Sweep sweep = new Sweep();
    private final long everyNanos;
    private long pauseNanos;
    private long nextNanos;
    private Comparison last = Comparison.impossible("");
    private boolean settled;
    private long sinceMs;

    DriftWatch(Duration every) {
        everyNanos = every.toNanos();
        pauseNanos = everyNanos;
        nextNanos = System.nanoTime() + everyNanos;
    }

    Sweep sweep() {
        return sweep;
    }

    /** Whether it is time, and there is something to compare: the sale stands there, or is known to be damaged. */
    synchronized boolean isDue(Place seen, boolean damaged) {
        return System.nanoTime() - nextNanos >= 0 && !(settled && !damaged && seen.equals(last.place()));
    }

    synchronized long dueNanos() {
        return nextNanos;
    }

    /** Hears what was found, at that time of the ledger; true if that is new. */
    synchronized boolean hear(Comparison comparison, long nowMs) {
        boolean isInVain =
                !comparison.trouble().isEmpty() || (comparison.differing() > 0 && comparison.corrections() == 0);
        pauseNanos = !isInVain ? everyNanos : Math.max(everyNanos, Math.min(LONGEST_PAUSE_NANOS, 2 * pauseNanos));
        later();
        boolean isNew = comparison.drift() != last.drift()
                || comparison.differing() != last.differing()
                || !comparison.trouble().equals(last.trouble());
        if (comparison.agrees()) {
            sinceMs = 0;
        } else if (sinceMs == 0) {
            sinceMs = nowMs;
        }
        last = comparison;
        settled = comparison.agrees() && sweep.isWholeSince(comparison.place());
        return isNew;
    }

    /** It could not be compared now. */
    synchronized void later() {
        nextNanos = System.nanoTime() + pauseNanos;
    }

    synchronized Comparison last() {
        return last;
    }

    /** Since when it does not agree, in the ledger's ms; 0 if it does. */
    synchronized long sinceMs() {
        return sinceMs;
    }
}
