package dev.seckill.ledger;

/** Thrown when the ledger was not asked, or refused to run anything: nothing was taken, nothing was given back. */
public final class LedgerAway extends RuntimeException {
    private static final long serialVersionUID = 1;

    LedgerAway(String message) {
        super(message, null, false, false);
    }

    /** Whether that is what a stage failed with, however wrapped. */
    public static boolean is(Throwable fault) {
        return fault instanceof LedgerAway || (fault != null && fault.getCause() instanceof LedgerAway);
    }
}
