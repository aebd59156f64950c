package dev.seckill.ledger;

/** Hears what the ledger did for this node. */
@FunctionalInterface
public interface LedgerListener {
    /** A batch of that many attempts took that long, from sending to the reply. */
    void sent(int attempts, long nanos);

    /** So many reservations were expired. */
    default void expired(long reservations) {}
}
