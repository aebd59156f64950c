package dev.seckill.trial;

/** Thrown when something can't be started; the message tells the person at the terminal why, and what to do. */
public final class StartFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StartFailure(String message) {
        super(message);
    }

    public StartFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
