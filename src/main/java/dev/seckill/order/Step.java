package dev.seckill.order;

import dev.seckill.ledger.Movement;
import dev.seckill.ledger.Movement.Part;
import dev.seckill.trade.Place;
import dev.seckill.trade.ReservationStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What one movement means for one order, or for the sale itself.
 *
 * @param subject the reservation's id within its sale, or '' for the sale itself
 * @param problem why it cannot be read, or ''; then only place and subject mean anything
 */
record Step(Place place, Movement movement, String subject, String buyer, int quantity, String problem) {
    static final String SALE = "";

    private static final Set<String> OF_THE_SALE = Set.of("CREATED", "STATE_CHANGED", "CAPACITY_ADDED");
    private static final String EXTENDED = "EXTENDED";
    private static final String PAID = "PAID";
    private static final String REFUNDED = "REFUNDED";
    private static final String REFUND_DUE = "REFUND_DUE";
    private static final Set<String> OF_NO_ORDER = Set.of("RESTOCKED", "ADOPTED", "CORRECTED", "HELD_BACK");
    private static final Set<String> BEGINNINGS = Set.of("RESERVED", "RESTORED");
    private static final Set<String> OF_ORDERS =
            Set.of("RESERVED", "RESTORED", EXTENDED, PAID, "CANCELLED", "EXPIRED", REFUNDED);

    private static final Pattern RESERVATION = Pattern.compile("[A-Za-z0-9_-]{22}");
    private static final Pattern PART = Pattern.compile("(\\d{1,4})\\|([^\\x00]{0,200})", Pattern.DOTALL);
    private static final long LAST_MS = 1L << 43;

    /** One for each part of it that has an order, or one for the sale; none if it is about neither. */
    static List<Step> of(Movement movement) {
        String problem = problem(movement);
        List<Step> steps = new ArrayList<>();
        for (Part part : movement.parts()) {
            steps.add(problem.isEmpty() ? of(movement, part) : unreadable(movement, part.reservation(), problem));
        }
        if (problem.isEmpty() && movement.kind().equals(REFUND_DUE)) {
            // Of its order it says nothing, but it waits behind whatever of that is kept aside.
            steps.add(new Step(movement.place(), movement, movement.fields().get("reservation"), "", 0, ""));
        } else if (movement.parts().isEmpty() && !(problem.isEmpty() && OF_NO_ORDER.contains(movement.kind()))) {
            steps.add(new Step(movement.place(), movement, SALE, "", 0, problem));
        }
        return steps;
    }

    private static Step of(Movement movement, Part part) {
        var text = PART.matcher(part.text());
        if (!RESERVATION.matcher(part.reservation()).matches() || !text.matches()) {
            return unreadable(movement, part.reservation(), "is no reservation with quantity|buyer");
        }
        int quantity = Integer.parseInt(text.group(1));
        if (quantity == 0 && !movement.kind().equals("CANCELLED")) {
            return unreadable(movement, part.reservation(), "has no tickets");
        }
        return new Step(movement.place(), movement, part.reservation(), text.group(2), quantity, "");
    }

    private static Step unreadable(Movement movement, String subject, String problem) {
        return new Step(movement.place(), movement, subject, "", 0, problem);
    }

    /** What is wrong with all of it, or ''. */
    private static String problem(Movement movement) {
        try {
            String kind = movement.kind();
            boolean isOfOrders = OF_ORDERS.contains(kind);
            boolean isOfOther = OF_THE_SALE.contains(kind) || OF_NO_ORDER.contains(kind) || kind.equals(REFUND_DUE);
            if (!isOfOrders && !isOfOther) {
                return "has a kind that this version does not know";
            }
            if (isOfOrders == movement.parts().isEmpty()) {
                return isOfOrders ? "names no reservation" : "names reservations";
            }
            time(movement, "at_ms");
            return BEGINNINGS.contains(kind) || kind.equals(EXTENDED) || succeeds(movement)
                    ? problemOfTerms(movement)
                    : problemOfPayment(movement);
        } catch (NumberFormatException e) {
            return "lacks a number: " + e.getMessage();
        }
    }

    private static String problemOfTerms(Movement movement) {
        if (time(movement, "due_ms") <= movement.atMs()) {
            return "is due before it was reserved";
        }
        return movement.number("amount_minor") < 0 ? "costs less than nothing" : "";
    }

    private static String problemOfPayment(Movement movement) {
        if (movement.kind().equals(REFUNDED) && movement.number("left") < 0) {
            return "leaves less than nothing";
        }
        return switch (movement.kind()) {
            case PAID, REFUNDED ->
                movement.parts().size() == 1 ? lacks(movement, "payment") : "is of many reservations";
            case REFUND_DUE -> lacks(movement, "payment") + lacks(movement, "reservation");
            default -> "";
        };
    }

    private static String lacks(Movement movement, String id) {
        return RESERVATION.matcher(movement.fields().getOrDefault(id, "")).matches() ? "" : "names no " + id;
    }

    private static boolean succeeds(Movement movement) {
        return movement.kind().equals(PAID) && movement.fields().containsKey("succeeds");
    }

    /** When it moved, by the sale's clock; null if it does not say. */
    static Long atMs(Movement movement) {
        try {
            return time(movement, "at_ms");
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static long time(Movement movement, String field) {
        long ms = movement.number(field);
        if (ms <= 0 || ms >= LAST_MS) {
            throw new NumberFormatException(field + "=" + ms);
        }
        return ms;
    }

    String kind() {
        return movement.kind();
    }

    boolean isOfSale() {
        return subject.equals(SALE);
    }

    /** Whether it begins an order: a reservation, one bought when it had expired, or a cancellation that came before it. */
    boolean begins() {
        return BEGINNINGS.contains(kind()) || quantity == 0 || succeeds(movement);
    }

    /** Whether it says that money is due back. */
    boolean owesBack() {
        return isRefund() || kind().equals(REFUND_DUE);
    }

    /** Whether it changes an order. */
    boolean isOfOrder() {
        return !isOfSale() && !kind().equals(REFUND_DUE);
    }

    boolean isRefund() {
        return kind().equals(REFUNDED);
    }

    /** Tickets that its order has after it, if it refunds some. */
    private long left() {
        return movement.number("left");
    }

    /** Tickets that its order must have for it. */
    long needs() {
        return isRefund() ? quantity + left() : quantity;
    }

    /** How its order stands after it. */
    ReservationStatus status() {
        return switch (kind()) {
            case EXTENDED, "RESTORED" -> ReservationStatus.RESERVED;
            case REFUNDED -> left() > 0 ? ReservationStatus.PAID : ReservationStatus.REFUNDED;
            default -> ReservationStatus.valueOf(kind());
        };
    }

    /** How its order must stand before it, if it does not begin it. */
    ReservationStatus after() {
        return isRefund() ? ReservationStatus.PAID : ReservationStatus.RESERVED;
    }

    /** Whether it can come right after the other in the life of one order. */
    boolean follows(Step before) {
        boolean isExtendedAgain = kind().equals(EXTENDED) && before.kind().equals(EXTENDED);
        long has = before.isRefund() ? before.left() : before.quantity;
        return !begins()
                && !isExtendedAgain
                && before.status() == after()
                && buyer.equals(before.buyer)
                && needs() == has;
    }
}
