package dev.seckill.ledger;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A sale at one moment, but for its reservations and its history.
 *
 * @param stock its fields, empty if there is none
 * @param last the newest movement's position, 0 and 0 if there is none
 * @param wrongKeys the keys that are of another type than theirs, with that type
 * @param others the keys there are besides the stock
 */
record Glance(Map<String, String> stock, Position last, Map<String, String> wrongKeys, List<String> others) {
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}");

    /** Where a movement stands: its id in the stream. */
    record Position(long epoch, long seq) {
        static final Position BEGIN = new Position(0, 0);

        static Position parse(String id) {
            int dash = id.indexOf('-');
            return new Position(Long.parseLong(id.substring(0, dash)), Long.parseLong(id.substring(dash + 1)));
        }

        @Override
        public String toString() {
            return epoch + "-" + seq;
        }
    }

    String text(String field) {
        return stock.getOrDefault(field, "");
    }

    /** The field, or -1 if it is no number. */
    long number(String field) {
        String text = text(field);
        return NUMBER.matcher(text).matches() ? Long.parseLong(text) : -1;
    }

    boolean isArchived() {
        return text("state").equals("ARCHIVED");
    }

    /** Whether both show the same sale on the same server, so that nothing can have been taken back in between. */
    boolean continues(Glance before) {
        return text("epoch").equals(before.text("epoch"))
                && text("run_id").equals(before.text("run_id"))
                && isArchived() == before.isArchived()
                && stock.isEmpty() == before.stock.isEmpty();
    }
}
