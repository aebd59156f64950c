package dev.seckill.ledger;

/**
 * Redis time as this node estimates it between replies: the time the last one told, plus what has passed since by the
 * monotonic clock. The node's own wall clock plays no part.
 */
final class LedgerClock {
    private record Tick(long ledgerMs, long nanos) {}

    private volatile Tick last = new Tick(0, System.nanoTime());

    void hear(long ledgerMs) {
        last = new Tick(ledgerMs, System.nanoTime());
    }

    /** In ms since 1970; meaningless before the first reply. */
    long nowMs() {
        Tick tick = last;
        return tick.ledgerMs + (System.nanoTime() - tick.nanos) / 1_000_000;
    }
}
