package dev.seckill.trade;

import java.util.regex.Pattern;

/**
 * Names one payment of one reservation: 22 characters.
 *
 * <p>They derive from the reservation and the idempotency key that the payment was started under, so that a start which is
 * repeated, on whatever node, is the same payment; the provider knows it by this name, too.
 */
public record PaymentId(String code) {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9_-]{22}");

    public PaymentId {
        if (!ALLOWED.matcher(code).matches()) {
            throw new BadInput("A payment's id is 22 of A-Z, a-z, 0-9, - and _");
        }
    }

    public static PaymentId derive(ReservationId reservation, IdempotencyKey key) {
        return new PaymentId(ReservationId.digest("payment", reservation.toString(), key.value()));
    }

    @Override
    public String toString() {
        return code;
    }
}
