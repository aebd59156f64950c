package dev.seckill.load;

/** Thrown when a load was not answered as it had to be, so that its figures would mean something else than they say. */
public final class Spoiled extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Spoiled(String message) {
        super(message);
    }

    public Spoiled(String message, Throwable cause) {
        super(message, cause);
    }
}
