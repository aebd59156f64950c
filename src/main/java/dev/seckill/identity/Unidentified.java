package dev.seckill.identity;

/** Thrown when it is not known who sends a request, or when it is somebody who may not. Nothing was done. */
public final class Unidentified extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    /** What the caller hears; it says no more of a token than that. */
    public enum Reason {
        NO_TOKEN,
        INVALID,
        EXPIRED,
        WRONG_ROLE,
        NO_BUYERS_NAME,
        KEYS_AWAY
    }

    public Unidentified(Reason reason) {
        super(reason.name(), null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
