package dev.seckill.ledger;

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
        STILL_RESERVED
    }

    private final Reason reason;
    private final String detail;

    SaleRefused(Reason reason, String detail) {
        super(reason + (detail.isEmpty() ? "" : ": " + detail), null, false, false);
        this.reason = reason;
        this.detail = detail;
    }

    public Reason reason() {
        return reason;
    }

    /** The number that goes with it, or ''. */
    public String detail() {
        return detail;
    }
}
