package dev.seckill.order;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Folds the steps of a batch, in their order, into one row for each order: begun here, or begun before and ended here. What
 * does not fit is kept aside, and with it all that follows it for the same order.
 */
final class OrderBook {
    /** What a batch does to one order: the steps, of which the last says how it stands. */
    record Row(List<Step> steps) {
        Step first() {
            return steps.get(0);
        }

        Step last() {
            return steps.get(steps.size() - 1);
        }

        boolean isNew() {
            return first().begins();
        }

        /** The last that this field says, among the steps that may say it; null if none does. */
        String text(String field) {
            String text = null;
            for (Step step : steps) {
                text = step.movement().fields().getOrDefault(field, text);
            }
            return text;
        }

        Long number(String field) {
            String text = text(field);
            return text == null ? null : Long.valueOf(text);
        }

        /** Tickets given back for money. */
        long refunded() {
            return steps.stream()
                    .filter(Step::isRefund)
                    .mapToLong(Step::quantity)
                    .sum();
        }

        /** When it ended; null if it has not. */
        Long endedMs() {
            return switch (last().status()) {
                case RESERVED, PAID -> null;
                case CANCELLED, EXPIRED, REFUNDED -> last().movement().atMs();
            };
        }
    }

    private final Map<String, Row> rows = new LinkedHashMap<>();
    private final List<Aside> asides = new ArrayList<>();
    private final Set<String> blocked;

    /** These subjects have something kept aside already. */
    OrderBook(Set<String> blocked) {
        this.blocked = new HashSet<>(blocked);
    }

    void apply(Step step) {
        if (isKeptAside(step)) {
            return;
        }
        Row row = rows.get(step.subject());
        if (row == null) {
            rows.put(step.subject(), new Row(new ArrayList<>(List.of(step))));
        } else if (step.follows(row.last())) {
            row.steps.add(step);
        } else {
            keepAside(
                    step,
                    "does not follow from " + row.last().kind() + " at "
                            + row.last().place());
        }
    }

    /** Whether it cannot be read, or follows one that is kept aside; then it is kept aside too. */
    boolean isKeptAside(Step step) {
        if (blocked.contains(step.subject())) {
            asides.add(Aside.behind(step));
            return true;
        }
        if (!step.problem().isEmpty()) {
            keepAside(step, step.problem());
            return true;
        }
        return false;
    }

    void keepAside(Step step, String reason) {
        asides.add(new Aside(step, reason));
        blocked.add(step.subject());
    }

    /** Nothing of this row was written. */
    void keepAside(Row row, String reason) {
        asides.add(new Aside(row.first(), reason));
        row.steps.stream().skip(1).map(Aside::behind).forEach(asides::add);
        blocked.add(row.first().subject());
    }

    List<Row> rows(boolean begunHere) {
        return rows.values().stream().filter(row -> row.isNew() == begunHere).toList();
    }

    /** Those of the steps that are not kept aside. */
    List<Step> written(List<Step> steps) {
        return steps.stream()
                .filter(step -> asides.stream().noneMatch(aside -> isOf(aside, step)))
                .toList();
    }

    private static boolean isOf(Aside aside, Step step) {
        return aside.step().place().equals(step.place())
                && aside.step().subject().equals(step.subject());
    }

    List<Aside> asides() {
        return asides;
    }
}
