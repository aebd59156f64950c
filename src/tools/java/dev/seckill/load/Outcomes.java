package dev.seckill.load;

import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** How the nodes have answered purchases of all sales since they started, by outcome, as their metrics tell. */
record Outcomes(Map<String, Long> counts) {
    private static final Pattern COUNTER =
            Pattern.compile("(?m)^seckill_purchases_total\\{[^}]*outcome=\"(\\w+)\"[^}]*} ([0-9.E]+)");

    /** All nodes together; none with {@code --target}, as there may be more than one node behind an address. */
    static Outcomes of(Stand stand) {
        Map<String, Long> counts = new TreeMap<>();
        try {
            for (RunningNode node : stand.sellers()) {
                parse(node.endpoint().get("/metrics?scope=application").body())
                        .counts
                        .forEach((outcome, count) -> counts.merge(outcome, count, Long::sum));
            }
            return new Outcomes(counts);
        } catch (IOException e) {
            throw new StartFailure("The nodes' metrics can't be read (" + e + ").", e);
        }
    }

    static Outcomes parse(String metrics) {
        Map<String, Long> counts = new TreeMap<>();
        COUNTER.matcher(metrics)
                .results()
                .forEach(line -> counts.merge(line.group(1), (long) Double.parseDouble(line.group(2)), Long::sum));
        return new Outcomes(counts);
    }

    /** Throws {@link Spoiled} unless all answers since then were this one, as many as the generator has seen. */
    void requireAll(String expected, Outcomes since, long least, long most) {
        counts.forEach((outcome, count) -> {
            long more = count - since.counts.getOrDefault(outcome, 0L);
            boolean right = outcome.equals(expected) ? more >= least && more <= most : more == 0;
            if (!right) {
                throw new Spoiled("The nodes counted %d answers %s; %s was to be %d to %d times, all else never."
                        .formatted(more, outcome, expected, least, most));
            }
        });
    }
}
