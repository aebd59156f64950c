package dev.seckill.order;

import dev.seckill.ledger.Movement;
import dev.seckill.trade.Place;
import dev.seckill.trade.Sale;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What the movements of a sale add up to, up to a place, in tickets and reservations.
 *
 * @param capacity of which what is neither reserved nor sold is free: on sale, or at rest before it is
 * @param reservations how many there ever were, those cancelled before they were made among them
 */
record Sums(Place place, long capacity, long reserved, long sold, long reservations) {
    static final Sums NOTHING = new Sums(Place.BEGIN, 0, 0, 0, 0);

    /** Thrown when nobody can say what a sale's movements add up to. */
    static final class Unclear extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unclear(String why) {
            super(why, null, false, false);
        }
    }

    Sums after(List<Movement> movements) {
        Sums sums = this;
        for (Movement movement : movements) {
            sums = sums.after(movement);
        }
        return sums;
    }

    private Sums after(Movement movement) {
        if (movement.seq() != place.seq() + 1) {
            throw new Unclear("no movement follows " + place);
        }
        Sums sums = new Sums(movement.place(), capacity, reserved, sold, reservations);
        for (Step step : Step.of(movement)) {
            sums = sums.with(step);
        }
        return sums;
    }

    /** The same with a step that was left out when it had its turn. */
    Sums with(Step step) {
        if (!step.problem().isEmpty()) {
            throw new Unclear(step.kind() + " at " + step.place() + " " + step.problem());
        }
        int tickets = step.quantity();
        return switch (step.kind()) {
            case "RESERVED", "RESTORED" -> with(capacity, reserved + tickets, sold, reservations + 1);
            case "PAID" ->
                step.begins()
                        ? with(capacity, reserved, sold + tickets, reservations + 1)
                        : with(capacity, reserved - tickets, sold + tickets, reservations);
            case "REFUNDED" -> with(capacity, reserved, sold - tickets, reservations);
            case "CANCELLED", "EXPIRED" ->
                with(capacity, reserved - tickets, sold, reservations + (step.begins() ? 1 : 0));
            case "CREATED", "CAPACITY_ADDED" -> with(capacity + added(step), reserved, sold, reservations);
            default -> this;
        };
    }

    private static long added(Step step) {
        try {
            return step.movement().number("quantity");
        } catch (NumberFormatException e) {
            throw new Unclear(step.kind() + " at " + step.place() + " lacks a number");
        }
    }

    private Sums with(long newCapacity, long newReserved, long newSold, long newReservations) {
        return new Sums(place, newCapacity, newReserved, newSold, newReservations);
    }

    long free() {
        return capacity - reserved - sold;
    }

    /** By how many tickets the ledger's numbers are too small. */
    Off off(Sale seen) {
        long inLedger = seen.standing().remaining() + seen.standing().returning();
        return new Off(capacity - seen.capacity(), free() - inLedger, reserved - seen.reserved(), sold - seen.sold());
    }

    /** By how many tickets the ledger's numbers are too small. No script changes anything of it but a correction. */
    record Off(long capacity, long free, long reserved, long sold) {
        static final Off NOTHING = new Off(0, 0, 0, 0);

        /** The number that is furthest off. */
        long drift() {
            return LongStream.of(capacity, free, reserved, sold)
                    .map(Math::abs)
                    .max()
                    .orElseThrow();
        }
    }

    @Override
    public String toString() {
        return "capacity " + capacity + ", free " + free() + ", reserved " + reserved + ", sold " + sold + " at "
                + place;
    }
}
