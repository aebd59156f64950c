package dev.seckill.ledger;

/** Thrown when the ledger was asked and did not answer in time: it may have done it, or may still do it. */
public final class LedgerInDoubt extends RuntimeException {
    private static final long serialVersionUID = 1;

    LedgerInDoubt(String message, Throwable cause) {
        super(message, cause, false, false);
    }
}
