package dev.seckill.order;

import dev.seckill.trade.PaymentId;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.ReservationStatus;
import java.time.Instant;
import java.util.Optional;

/**
 * An order as it stands in the database.
 *
 * @param buyer '' where nobody's
 * @param quantity in tickets; 0 is a cancellation that came before its reservation, which was never made
 * @param amountMinor what one ticket cost when it was reserved
 * @param payment which bought it
 * @param succeeds what had expired when this was bought instead of it by a late payment
 * @param refunded tickets of it that were given back for money
 */
public record Order(
        ReservationId id,
        String buyer,
        int quantity,
        long amountMinor,
        String currency,
        ReservationStatus status,
        Optional<Instant> reservedAt,
        Optional<Instant> dueAt,
        Optional<Instant> endedAt,
        Optional<PaymentId> payment,
        Optional<ReservationId> succeeds,
        int refunded) {
    /** What lists go by; it never changes. */
    Instant beganAt() {
        return reservedAt.or(() -> endedAt).orElseThrow();
    }
}
