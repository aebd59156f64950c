package dev.seckill.payment;

/** Thrown when nobody can pay, or look at payments, now. Sales go on. */
public final class PaymentsAway extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why not. */
    public enum Reason {
        /** No provider is configured. */
        OFF,
        /** The database or the provider is away, was not reached yet, or took too long. */
        AWAY,
        /** So much is being done already. */
        BUSY
    }

    private final Reason reason;

    PaymentsAway(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
