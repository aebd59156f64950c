package dev.seckill.tools;

import dev.seckill.trade.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A sale as its nodes' metrics show it, in lines for a terminal. */
final class SaleScreen {
    private static final String NODE = "%-21s %8s %10s %9s %9s %7s %9s";
    private static final double MS = 1e3;

    private final List<WatchedNode> nodes;
    private final Map<String, String> sale;

    SaleScreen(List<WatchedNode> nodes, String sale) {
        this.nodes = nodes;
        this.sale = Map.of("sale", sale);
    }

    /** Who has heard of the most movements is right; nobody, if no node knows the sale. */
    private Optional<WatchedNode> newest() {
        return nodes.stream()
                .filter(node -> node.value("seckill_movements", sale).isPresent())
                .max(Comparator.comparingDouble(
                        node -> node.value("seckill_movements", sale).getAsDouble()));
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(newest().map(this::standing).orElseGet(this::unknown));
        lines.add("answers/s  " + answers());
        lines.add("orders     " + orders());
        lines.add("");
        lines.add(NODE.formatted("node", "share", "reserved/s", "answers/s", "in flight", "waiting", "99 % in"));
        nodes.forEach(node -> lines.add(line(node)));
        return lines;
    }

    private String unknown() {
        List<String> known =
                nodes.stream().flatMap(node -> node.sales().stream()).distinct().toList();
        if (nodes.stream().allMatch(WatchedNode::isSilent)) {
            return "No node answers.";
        }
        return "No node knows a sale " + sale.get("sale") + "; they know "
                + (known.isEmpty() ? "none." : String.join(", ", known) + " (--sale).");
    }

    private String standing(WatchedNode node) {
        return "%s %s: %s of %s tickets left, %s returning, %s reserved, %s sold"
                .formatted(
                        sale.get("sale"),
                        node.value("seckill_sale_open", sale).orElse(0) > 0 ? "sells" : "does not sell",
                        whole(node.value("seckill_central_stock", sale)),
                        whole(node.value("seckill_capacity", sale)),
                        whole(node.value("seckill_returning_stock", sale)),
                        whole(node.value("seckill_reserved", sale)),
                        whole(node.value("seckill_sold", sale)));
    }

    /** Those that somebody hears, and always who gets tickets. */
    private String answers() {
        return Stream.of(Outcome.values())
                .filter(outcome -> outcome == Outcome.RESERVED || perSecond(outcome) > 0)
                .map(outcome -> whole(OptionalDouble.of(perSecond(outcome))) + " " + words(outcome))
                .collect(Collectors.joining(", "));
    }

    private double perSecond(Outcome outcome) {
        return nodes.stream()
                .mapToDouble(node ->
                        node.perSecond("seckill_purchases_total", with(outcome)).orElse(0))
                .sum();
    }

    private Map<String, String> with(Outcome outcome) {
        return Map.of("sale", sale.get("sale"), "outcome", outcome.name());
    }

    private static String words(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private String orders() {
        OptionalDouble seconds = most("seckill_order_lag_seconds");
        if (seconds.isEmpty()) {
            return "nobody writes them here";
        }
        return String.format(
                Locale.ROOT,
                "%.1f s and %s movements behind, %s kept aside, %s off the ledger",
                seconds.getAsDouble(),
                whole(most("seckill_order_lag_movements")),
                whole(most("seckill_order_kept_aside")),
                whole(most("seckill_drift")));
    }

    private OptionalDouble most(String metric) {
        return nodes.stream()
                .map(node -> node.value(metric, sale))
                .filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble)
                .max();
    }

    private String line(WatchedNode node) {
        if (node.isSilent()) {
            return "%-21s is silent".formatted(node.name());
        }
        return NODE.formatted(
                node.name(),
                whole(node.value("seckill_local_stock", sale)),
                whole(node.perSecond("seckill_purchases_total", with(Outcome.RESERVED))),
                whole(node.perSecond("seckill_purchases_total", sale)),
                whole(node.value("seckill_in_flight", Map.of())),
                whole(node.value("seckill_waiting", Map.of())),
                ms(node.slowest()));
    }

    private static String whole(OptionalDouble number) {
        return number.isPresent() ? String.format(Locale.ROOT, "%,.0f", number.getAsDouble()) : "-";
    }

    private static String ms(OptionalDouble seconds) {
        if (seconds.isEmpty()) {
            return "-";
        }
        double ms = seconds.getAsDouble() * MS;
        return Double.isInfinite(ms) ? "longer" : whole(OptionalDouble.of(ms)) + " ms";
    }
}
