package dev.seckill.ledger;

import java.util.concurrent.CompletionException;

/** Thrown when a whole sale cannot be acted on. */
public final class SaleRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why. */
    public enum Reason {
        NO_SALE,
        RECOVERING,
        CORRUPT,
        NOT_DURABLE,
        SALE_EXISTS,
        TOO_MANY_SALES,
        SALE_CLOSED,
        CAPACITY_CUT,
        STILL_OPEN,
        STILL_RESERVED,
        STILL_UNWRITTEN,
        STILL_DIFFERENT,
        STILL_UNDECIDED
    }

    private final Reason reason;
    private final String detail;

    public SaleRefused(Reason reason, String detail) {
        super(reason + (detail.isEmpty() ? "" : ": " + detail), null, false, false);
        this.reason = reason;
        this.detail = detail;
    }

    /** Whether that is what a stage failed with because there is no such sale, however wrapped. */
    public static boolean isNoSale(Throwable fault) {
        return isFor(fault, Reason.NO_SALE);
    }

    /** Whether that is what a stage failed with because the sale cannot be acted on for long, however wrapped. */
    public static boolean isForLong(Throwable fault) {
        return isFor(fault, Reason.NO_SALE) || isFor(fault, Reason.CORRUPT);
    }

    private static boolean isFor(Throwable fault, Reason reason) {
        Throwable cause = fault instanceof CompletionException ? fault.getCause() : fault;
        return cause instanceof SaleRefused refused && refused.reason == reason;
    }

    public Reason reason() {
        return reason;
    }

    /** The number that goes with it, or ''. */
    public String detail() {
        return detail;
    }
}
