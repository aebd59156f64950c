package dev.seckill.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * When the attempts of a run are due: at a rate, or at several one after the other, whatever is answered meanwhile (an
 * open model); or each as soon as a connection is free (a closed one).
 */
final class Arrivals {
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private final List<Step> steps;
    private final Duration closedFor;

    private Arrivals(List<Step> steps, Duration closedFor) {
        this.steps = steps;
        this.closedFor = closedFor;
    }

    /** So many attempts at that rate, beginning so long after the start. */
    private record Step(double perSecond, int first, int attempts, double startNanos) {
        int end() {
            return first + attempts;
        }

        double endNanos() {
            return startNanos + attempts * NANOS / perSecond;
        }
    }

    static Arrivals atRate(double perSecond, int attempts) {
        return new Arrivals(List.of(), null).then(perSecond, attempts);
    }

    /** As many as fit in that time. */
    static Arrivals atRate(double perSecond, Duration time) {
        return atRate(perSecond, (int) Math.round(perSecond * time.toNanos() / NANOS));
    }

    /** Goes on so after these. */
    Arrivals then(double perSecond, int attempts) {
        if (perSecond <= 0 || attempts < 1 || closedFor != null) {
            throw new IllegalArgumentException(attempts + " at " + perSecond + "/s");
        }
        Step last = steps.isEmpty() ? new Step(1, 0, 0, 0) : steps.get(steps.size() - 1);
        List<Step> longer = new ArrayList<>(steps);
        longer.add(new Step(perSecond, last.end(), attempts, last.endNanos()));
        return new Arrivals(longer, null);
    }

    /** One after the other on every connection, for that time. */
    static Arrivals closed(Duration time) {
        return new Arrivals(List.of(), time);
    }

    /** How many there will be; of a closed model nobody knows. */
    int attempts() {
        return closedFor != null
                ? Integer.MAX_VALUE
                : steps.get(steps.size() - 1).end();
    }

    boolean isClosed() {
        return closedFor != null;
    }

    /** Since the start, after which no attempt begins. */
    long endNanos() {
        return closedFor != null
                ? closedFor.toNanos()
                : (long) steps.get(steps.size() - 1).endNanos();
    }

    /** When that attempt is due, since the start; in a closed model always. */
    long dueNanos(int attempt) {
        for (Step step : steps) {
            if (attempt < step.end()) {
                return (long) (step.startNanos() + (attempt - step.first()) * NANOS / step.perSecond());
            }
        }
        return 0;
    }
}
