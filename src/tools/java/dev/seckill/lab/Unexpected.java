package dev.seckill.lab;

/** Thrown when a story saw something else than it expected. */
final class Unexpected extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unexpected(String expected, Object seen) {
        super("expected that " + expected + "; " + seen);
    }
}
