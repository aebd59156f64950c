package dev.seckill.lab;

import java.time.Duration;

/**
 * What is promised of an outage. Asked of a machine that does ten other things at once, it is kept within three times what was
 * promised; that nobody fails is kept or not.
 *
 * @param failures the most purchases that fail at first
 * @param length of the outage
 */
record Bound(int failures, Duration length) {
    static final int SLACK = 3;

    private static final Duration NO_END = Duration.ofDays(1);

    /** Nobody notices. */
    static Bound nobody() {
        return new Bound(0, Duration.ZERO);
    }

    /** So many, whenever that is. */
    static Bound failures(int most) {
        return new Bound(most, NO_END);
    }

    static Bound outage(Duration length) {
        return new Bound(Integer.MAX_VALUE, length);
    }

    /** While nothing is there that could answer. */
    static Bound none() {
        return new Bound(Integer.MAX_VALUE, NO_END);
    }

    boolean isKeptBy(Outage outage) {
        if (equals(none())) {
            return true;
        }
        return outage.failed() <= failures && outage.isOver() && outage.length().compareTo(withSlack(length)) <= 0;
    }

    static Duration withSlack(Duration promised) {
        return promised.multipliedBy(SLACK);
    }

    @Override
    public String toString() {
        if (equals(none())) {
            return "anything";
        }
        if (failures == 0) {
            return "nobody fails";
        }
        return failures == Integer.MAX_VALUE
                ? "purchases fail for at most %d x %d ms".formatted(SLACK, length.toMillis())
                : "at most " + failures + " purchases fail";
    }
}
