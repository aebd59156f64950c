package dev.seckill.tools;

import dev.seckill.trial.Endpoint;
import dev.seckill.trial.MetricsPage;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** A node whose metrics are read again and again, and what they say beside the time before. */
final class WatchedNode {
    private static final double SECOND = 1e9;
    private static final double ALL_BUT_ONE_IN_A_HUNDRED = 0.99;
    private static final String WITHIN = "within";

    private final Endpoint endpoint;
    private Look before;
    private Look now;

    WatchedNode(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** What it said, and when. */
    private record Look(MetricsPage page, long nanos) {}

    /** Asks it. */
    MetricsPage ask() throws IOException {
        return MetricsPage.of(endpoint);
    }

    void see(MetricsPage page, long nanos) {
        before = now;
        now = new Look(page, nanos);
    }

    /** It did not answer: it is silent until it does. */
    void miss() {
        before = null;
        now = null;
    }

    String name() {
        return endpoint.address().getAuthority();
    }

    boolean isSilent() {
        return now == null;
    }

    /** Its sales, as they stand in the labels. */
    List<String> sales() {
        return isSilent()
                ? List.of()
                : now.page
                        .lines("seckill_movements", Map.of())
                        .map(line -> line.labels().get("sale"))
                        .sorted()
                        .toList();
    }

    OptionalDouble value(String metric, Map<String, String> labels) {
        return isSilent() ? OptionalDouble.empty() : now.page.value(metric, labels);
    }

    /** How much it has grown a second since the last time; nothing the first time, and where it has less than then (a node that was started anew). */
    OptionalDouble perSecond(String metric, Map<String, String> labels) {
        if (isSilent() || before == null) {
            return OptionalDouble.empty();
        }
        double grown = now.page.value(metric, labels).orElse(0)
                - before.page.value(metric, labels).orElse(0);
        return grown < 0 ? OptionalDouble.empty() : OptionalDouble.of(grown * SECOND / (now.nanos - before.nanos));
    }

    /** The bound in seconds that 99 of 100 purchases kept since the last time; infinite past the last, nothing if there were none. */
    OptionalDouble slowest() {
        String metric = "seckill_purchases_within_total";
        double wanted = ALL_BUT_ONE_IN_A_HUNDRED
                * perSecond(metric, Map.of(WITHIN, "+Inf")).orElse(0);
        if (wanted <= 0) {
            return OptionalDouble.empty();
        }
        return now.page
                .lines(metric, Map.of())
                .map(line -> line.labels().get(WITHIN))
                .sorted(Comparator.comparingDouble(WatchedNode::seconds))
                .filter(bound -> perSecond(metric, Map.of(WITHIN, bound)).orElse(0) >= wanted)
                .mapToDouble(WatchedNode::seconds)
                .findFirst();
    }

    private static double seconds(String bound) {
        return bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound);
    }
}
