package dev.seckill.payment;

/** Thrown when a payment, or what an operator wants of one, cannot be. Nothing was done. */
public final class PaymentRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why not. */
    public enum Reason {
        NO_RESERVATION,
        NO_PAYMENT,
        /** The reservation has ended. */
        ENDED,
        TOO_MANY_PAYMENTS,
        NOT_CONFIRMED,
        NOT_SO_MANY,
        NOT_STUCK
    }

    private final Reason reason;

    PaymentRefused(Reason reason) {
        super(reason.name(), null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
