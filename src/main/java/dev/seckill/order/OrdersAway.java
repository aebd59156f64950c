package dev.seckill.order;

/** Thrown when nobody can look at the orders now. Sales go on. */
public final class OrdersAway extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why not. */
    public enum Reason {
        /** No database is configured, so there are none. */
        OFF,
        /** The database is away, was not reached yet, or took too long. */
        AWAY,
        /** So many are looking already. */
        BUSY
    }

    private final Reason reason;

    OrdersAway(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
