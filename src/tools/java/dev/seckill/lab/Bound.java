package dev.seckill.lab;

import java.time.Duration;

/**
 * How long an outage lasts as promised. Asked of a machine that does ten other things at once, it is kept within three times that;
 * that nobody fails is kept or not.
 */
record Bound(Duration length) {
    static final int SLACK = 3;

    private static final Duration NO_END = Duration.ofDays(1);

    /** Nobody notices. */
    static Bound nobody() {
        return new Bound(Duration.ZERO);
    }

    static Bound outage(Duration length) {
        return new Bound(length);
    }

    /** Nothing is promised, as while nothing is there that could answer. */
    static Bound none() {
        return new Bound(NO_END);
    }

    boolean isKeptBy(Outage outage) {
        return equals(none()) || (outage.isOver() && outage.length().compareTo(withSlack(length)) <= 0);
    }

    static Duration withSlack(Duration promised) {
        return promised.multipliedBy(SLACK);
    }

    @Override
    public String toString() {
        return length.isZero()
                ? "nobody fails"
                : "purchases fail for at most %d x %d ms".formatted(SLACK, length.toMillis());
    }
}
