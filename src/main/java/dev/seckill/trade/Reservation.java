package dev.seckill.trade;

/**
 * One buyer's time-limited claim to some tickets. Times are Redis time in ms; past {@code dueMs} an unpaid one is given
 * back. A quantity of 0 is a cancellation that came before its reservation.
 */
public record Reservation(
        ReservationId id, BuyerId buyer, int quantity, ReservationStatus status, long reservedAtMs, long dueMs) {

    /** Reads the ledger's form, {@code status|quantity|reserved_at ms|held for ms|buyer}. */
    public static Reservation parse(ReservationId id, String record) {
        String[] parts = record.split("\\|", 5);
        long reservedAtMs = Long.parseLong(parts[2]);
        return new Reservation(
                id,
                new BuyerId(parts[4]),
                Integer.parseInt(parts[1]),
                ReservationStatus.ofLetter(parts[0].charAt(0)),
                reservedAtMs,
                reservedAtMs + Long.parseLong(parts[3]));
    }
}
