package dev.seckill.order;

import dev.seckill.ledger.Check;
import dev.seckill.ledger.Findings;
import dev.seckill.ledger.Movement;
import dev.seckill.trade.Place;
import dev.seckill.trade.ReservationStatus;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A sale's movements, replayed one by one without a database, to what its rows should be. What is kept aside has no effect; all
 * else must have one.
 */
final class OrderReplay {
    private final Map<Place, Set<String>> keptAside;
    private final Findings findings;
    private final Map<String, String> sale = new LinkedHashMap<>();
    private final Map<String, OrderRow> orders = new HashMap<>();
    private final Map<ReservationStatus, Long> counts = new EnumMap<>(ReservationStatus.class);
    private final Map<ReservationStatus, Long> tickets = new EnumMap<>(ReservationStatus.class);

    /** The subjects that are kept aside, by place. */
    OrderReplay(Map<Place, Set<String>> keptAside, Findings findings) {
        this.keptAside = keptAside;
        this.findings = findings;
    }

    void apply(Movement movement) {
        for (Step step : Step.of(movement)) {
            Set<String> aside = keptAside.getOrDefault(step.place(), Set.of());
            if (!aside.contains(new Aside(step, "").subject())) {
                String problem = step.problem().isEmpty() ? effect(step) : step.problem();
                if (!problem.isEmpty()) {
                    findings.add(
                            Check.KEPT_ASIDE,
                            step.place() + " " + step.kind() + " " + step.subject(),
                            "not kept aside",
                            "kept aside: it " + problem);
                }
            }
        }
    }

    /** Why it can't have one, or ''. */
    private String effect(Step step) {
        try {
            if (step.isOfSale()) {
                return ofSale(step);
            }
            // What is owed back is no order's.
            return !step.isOfOrder() ? "" : step.begins() ? begin(step) : goOn(step);
        } catch (NumberFormatException e) {
            return "lacks a number: " + e.getMessage();
        }
    }

    // --- the sale ---------------------------------------------------------------------------------------------------

    private String ofSale(Step step) {
        Movement movement = step.movement();
        if (step.kind().equals("CREATED") != sale.isEmpty()) {
            return sale.isEmpty() ? "comes before its sale" : "creates its sale again";
        }
        switch (step.kind()) {
            case "CREATED" -> {
                sale.put("name", movement.fields().get("name"));
                sale.put("capacity", Long.toString(movement.number("quantity")));
                sale.put("amount_minor", Long.toString(movement.number("amount_minor")));
                sale.put("currency", movement.fields().get("currency"));
                sale.put("opens_at", Long.toString(movement.number("opens_at_ms")));
                sale.put("closes_at", Long.toString(movement.number("closes_at_ms")));
                sale.put("hold_ms", Long.toString(movement.number("hold_ms")));
                sale.put("limit_per_buyer", Long.toString(movement.number("limit_per_buyer")));
                sale.put("state", "OPEN");
                sale.put("created_at", Long.toString(movement.atMs()));
            }
            case "STATE_CHANGED" -> sale.put("state", movement.fields().get("state"));
            case "CAPACITY_ADDED" ->
                sale.put("capacity", Long.toString(Long.parseLong(sale.get("capacity")) + movement.number("quantity")));
            default -> {
                // it changes nothing that the row has
            }
        }
        return "";
    }

    /** The sale's row was read: its columns, none if there is none. */
    void sawSale(Map<String, String> row, boolean isFinished) {
        if (isFinished && !sale.isEmpty()) {
            sale.put("state", "ARCHIVED");
        }
        if (row.isEmpty() != sale.isEmpty()) {
            findings.add(Check.SALE, "the row", row.isEmpty() ? "nothing" : row, sale.isEmpty() ? "nothing" : sale);
            return;
        }
        sale.forEach((column, expected) -> {
            if (!expected.equals(row.get(column))) {
                findings.add(Check.SALE, column, row.get(column), expected);
            }
        });
    }

    // --- orders -----------------------------------------------------------------------------------------------------

    private String begin(Step step) {
        if (sale.isEmpty()) {
            return "comes before its sale";
        }
        if (orders.containsKey(step.subject())) {
            return "does not follow from " + orders.get(step.subject());
        }
        boolean isReserved = step.quantity() > 0;
        Movement movement = step.movement();
        orders.put(
                step.subject(),
                new OrderRow(
                        step.buyer(),
                        step.quantity(),
                        isReserved ? movement.number("amount_minor") : Long.parseLong(sale.get("amount_minor")),
                        sale.get("currency"),
                        isReserved ? movement.atMs() : 0,
                        isReserved ? movement.number("due_ms") : 0,
                        step.status(),
                        isReserved ? 0 : movement.atMs(),
                        field(step, "payment"),
                        field(step, "succeeds"),
                        0,
                        step.place()));
        return "";
    }

    private String goOn(Step step) {
        OrderRow order = orders.get(step.subject());
        if (order == null) {
            return "has no order";
        }
        if (order.status != step.after()
                || order.quantity - order.refunded != step.needs()
                || !order.buyer.equals(step.buyer())) {
            return "does not follow from " + order;
        }
        order.status = step.status();
        order.place = step.place();
        if (step.movement().fields().containsKey("due_ms")) {
            order.dueMs = step.movement().number("due_ms");
        }
        order.payment = field(step, "payment");
        order.refunded += step.isRefund() ? step.quantity() : 0;
        boolean goesOn = order.status == ReservationStatus.RESERVED || order.status == ReservationStatus.PAID;
        order.endedMs = goesOn ? 0 : step.movement().atMs();
        return "";
    }

    private static String field(Step step, String name) {
        return step.movement().fields().getOrDefault(name, "");
    }

    /** An order was read. */
    void saw(String reservation, OrderRow found, boolean isCompared) {
        counts.merge(found.status, 1L, Long::sum);
        tickets.merge(found.status, found.quantity - found.refunded, Long::sum);
        if (!isCompared) {
            return;
        }
        OrderRow expected = orders.get(reservation);
        if (expected == null) {
            findings.add(Check.ORDERS, reservation, found, "nothing");
            return;
        }
        expected.isSeen = true;
        if (!found.toString().equals(expected.toString())) {
            findings.add(Check.ORDERS, reservation, found, expected);
        }
    }

    /** All orders were read. */
    void sawAll() {
        orders.forEach((reservation, expected) -> {
            if (!expected.isSeen) {
                findings.add(Check.ORDERS, reservation, "nothing", expected);
            }
        });
    }

    Map<ReservationStatus, Long> counts() {
        return counts;
    }

    /** Of all orders of that status, without those refunded. */
    long tickets(ReservationStatus status) {
        return tickets.getOrDefault(status, 0L);
    }
}
