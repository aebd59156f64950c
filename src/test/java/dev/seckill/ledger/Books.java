package dev.seckill.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * All that one sale has in Redis, read past the scripts, and whether it agrees with itself: the sums, every reservation
 * with its due date and its buyer's count, and the movements, which are gap-free and replayed give the stock.
 */
record Books(
        Map<String, String> stock,
        Map<String, String> reservations,
        Map<String, String> due,
        Map<String, String> buyers,
        List<Movement> movements) {

    /** Reads them, while nobody writes. */
    static Books read(RawRedis redis, Keys keys) {
        List<Movement> movements = redis.list("XRANGE", keys.movements, "-", "+").stream()
                .map(Books::movement)
                .toList();
        return new Books(
                redis.map("HGETALL", keys.stock.get(0)),
                redis.map("HGETALL", keys.reservations.get(2)),
                redis.map("ZRANGE", keys.reservations.get(3), 0, -1, "WITHSCORES"),
                redis.map("HGETALL", keys.reservations.get(4)),
                movements);
    }

    private static Movement movement(Object entry) {
        List<?> idAndFields = (List<?>) entry;
        String[] id = ((String) idAndFields.get(0)).split("-", 2);
        Map<String, String> fields = RawRedis.pairs((List<?>) idAndFields.get(1));
        return new Movement(Long.parseLong(id[0]), Long.parseLong(id[1]), fields.getOrDefault("buyer", ""), fields);
    }

    long number(String field) {
        return Long.parseLong(stock.get(field));
    }

    long held(String buyer) {
        return Long.parseLong(buyers.getOrDefault(buyer, "0"));
    }

    List<String> movementNames() {
        return movements.stream().map(each -> each.fields().get("movement")).toList();
    }

    /** The same books, known to be right. */
    Books checked() {
        assertThat(number("remaining") + number("returning") + number("reserved") + number("sold"))
                .as("remaining + returning + reserved + sold of %s", stock)
                .isEqualTo(number("capacity"));
        assertThat(List.of(number("remaining"), number("returning"), number("reserved"), number("sold")))
                .as("no sum below zero")
                .allMatch(sum -> sum >= 0);
        assertThat(number("restock_at_ms") > 0).as("a restock to come").isEqualTo(number("returning") > 0);
        checkReservations();
        checkMovements();
        return this;
    }

    private void checkReservations() {
        Map<String, String> expectedDue = new HashMap<>();
        Map<String, Long> expectedHeld = new HashMap<>();
        long reserved = 0;
        for (Map.Entry<String, String> each : reservations.entrySet()) {
            String[] record = each.getValue().split("\\|", 5);
            long tickets = record[0].equals("R") ? Long.parseLong(record[1]) : 0;
            if (record[0].equals("R")) {
                expectedDue.put(each.getKey(), record[3]);
            }
            if (!record[4].isEmpty()) {
                expectedHeld.merge(record[4], tickets, Long::sum);
            }
            reserved += tickets;
        }
        assertThat(number("reserved")).as("tickets of all reservations").isEqualTo(reserved);
        assertThat(due).as("due dates").isEqualTo(expectedDue);
        Map<String, Long> held = new HashMap<>();
        buyers.forEach((buyer, count) -> held.put(buyer, Long.parseLong(count)));
        assertThat(held).as("tickets held per buyer").isEqualTo(expectedHeld);
    }

    private void checkMovements() {
        Map<String, Long> sums = new TreeMap<>(
                Map.of("remaining", 0L, "returning", 0L, "reserved", 0L, "sold", 0L, "capacity", 0L, "sellable", 1L));
        Set<String> taken = new HashSet<>();
        String state = "OPEN";
        long seq = 0;
        long epoch = 1;
        long atMs = 0;
        for (Movement movement : movements) {
            Map<String, String> fields = movement.fields();
            assertThat(movement.seq()).as("no gap before %s", movement).isEqualTo(++seq);
            assertThat(Long.parseLong(fields.get("at_ms")))
                    .as("time of %s", movement)
                    .isGreaterThanOrEqualTo(atMs);
            atMs = Long.parseLong(fields.get("at_ms"));
            long quantity = Long.parseLong(fields.getOrDefault("quantity", "0"));
            switch (fields.get("movement")) {
                case "CREATED" -> add(sums, "capacity", quantity, "remaining", quantity);
                case "RESERVED" -> {
                    assertThat(taken.add(fields.get("reservation")))
                            .as("reserved once: %s", movement)
                            .isTrue();
                    add(sums, "remaining", -quantity, "reserved", quantity);
                }
                case "CANCELLED", "EXPIRED" -> {
                    if (quantity > 0) {
                        add(sums, "reserved", -quantity, fields.get("to"), quantity);
                    }
                }
                case "CAPACITY_ADDED" -> add(sums, "capacity", quantity, fields.get("to"), quantity);
                case "RESTOCKED" -> {
                    add(sums, "returning", -quantity, "remaining", quantity);
                    sums.put("sellable", Long.valueOf(fields.get("sellable")));
                }
                case "STATE_CHANGED" -> state = fields.get("state");
                case "ADOPTED" -> epoch++;
                default -> throw new AssertionError("unknown movement " + movement);
            }
            assertThat(movement.epoch()).as("epoch of %s", movement).isEqualTo(epoch);
            assertThat(sums.get("remaining")).as("after %s", movement).isNotNegative();
        }
        Map<String, Long> kept = new TreeMap<>();
        sums.keySet().forEach(field -> kept.put(field, number(field)));
        assertThat(kept).as("the stock is what its movements add up to").isEqualTo(sums);
        assertThat(List.of(stock.get("state"), number("epoch"), number("seq")))
                .as("state, epoch and seq after all movements")
                .isEqualTo(List.of(state, epoch, seq));
    }

    private static void add(Map<String, Long> sums, String first, long change, String second, long otherChange) {
        add(sums, first, change);
        add(sums, second, otherChange);
    }

    private static void add(Map<String, Long> sums, String sum, long change) {
        sums.merge(sum, change, Long::sum);
    }
}
