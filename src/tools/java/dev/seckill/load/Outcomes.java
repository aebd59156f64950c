package dev.seckill.load;

import dev.seckill.trial.MetricsPage;
import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** How the nodes have answered purchases of all sales since they started, by outcome, as their metrics tell. */
record Outcomes(Map<String, Long> counts) {
    /** All nodes together; none with {@code --target}, as there may be more than one node behind an address. */
    static Outcomes of(Stand stand) {
        Map<String, Long> counts = new TreeMap<>();
        try {
            for (RunningNode node : stand.sellers()) {
                of(MetricsPage.of(node.endpoint()))
                        .counts
                        .forEach((outcome, count) -> counts.merge(outcome, count, Long::sum));
            }
            return new Outcomes(counts);
        } catch (IOException e) {
            throw new StartFailure("The nodes' metrics can't be read (" + e + ").", e);
        }
    }

    static Outcomes of(MetricsPage page) {
        Map<String, Long> counts = new TreeMap<>();
        page.lines("seckill_purchases_total", Map.of())
                .forEach(line -> counts.merge(line.labels().get("outcome"), (long) line.value(), Long::sum));
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
