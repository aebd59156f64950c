package dev.seckill.ledger;

/** Hears of each batch that was answered. */
@FunctionalInterface
public interface BatchListener {
    /** A batch of that many attempts took that long, from sending to the reply. */
    void sent(int attempts, long nanos);
}
