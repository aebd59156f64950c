package dev.seckill.trade;

/** Thrown when input breaks a rule. The message names what was wrong and what is allowed, and is shown to the caller. */
public final class BadInput extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BadInput(String message) {
        super(message, null, false, false);
    }
}
