package dev.seckill.ledger;

import dev.seckill.trade.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One entry of a sale's history: what moved, in gap-free order. {@code stock.lua} says how it is written.
 *
 * @param fields what holds for all of it, by name
 * @param parts the reservations it concerns, as they stand there; none where the sale itself moved
 */
public record Movement(long epoch, long seq, Map<String, String> fields, List<Part> parts) {
    private static final int RESERVATION = 22;

    /** What moved of one reservation; its text is {@code quantity|buyer}. */
    public record Part(String reservation, String text) {
        /** In tickets; NumberFormatException if it has none. */
        public long quantity() {
            return Long.parseLong(text.substring(0, Math.max(0, text.indexOf('|'))));
        }

        /** Whose, or '' where nobody's. */
        public String buyer() {
            return text.substring(text.indexOf('|') + 1);
        }
    }

    /** Reads an entry. A field that is there twice is read twice where it is a reservation. */
    static Movement of(long epoch, long seq, Iterable<Map.Entry<String, String>> entry) {
        Map<String, String> fields = new LinkedHashMap<>();
        List<Part> parts = new ArrayList<>();
        for (Map.Entry<String, String> each : entry) {
            if (each.getKey().length() == RESERVATION) {
                parts.add(new Part(each.getKey(), each.getValue()));
            } else {
                fields.put(each.getKey(), each.getValue());
            }
        }
        return new Movement(epoch, seq, fields, parts);
    }

    /** Reads an entry from its names and values in turn. */
    static Movement of(long epoch, long seq, List<?> namesAndValues) {
        List<Map.Entry<String, String>> entry = new ArrayList<>(namesAndValues.size() / 2);
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            entry.add(Map.entry((String) namesAndValues.get(i), (String) namesAndValues.get(i + 1)));
        }
        return of(epoch, seq, (Iterable<Map.Entry<String, String>>) entry);
    }

    public Place place() {
        return new Place(epoch, seq);
    }

    /** Such as RESERVED; '' if it does not say. */
    public String kind() {
        return fields.getOrDefault("movement", "");
    }

    public long atMs() {
        return number("at_ms");
    }

    /** A field that holds for all of it; NumberFormatException if it is missing or no number. */
    public long number(String field) {
        return Long.parseLong(fields.get(field));
    }

    /** Of all its reservations together. */
    public long tickets() {
        return parts.stream().mapToLong(Part::quantity).sum();
    }
}
