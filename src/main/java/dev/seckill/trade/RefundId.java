package dev.seckill.trade;

import java.util.regex.Pattern;

/** Names one refund of one payment: 22 characters that derive from the payment and an idempotency key, as the payment's do. */
public record RefundId(String code) {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9_-]{22}");

    public RefundId {
        if (!ALLOWED.matcher(code).matches()) {
            throw new BadInput("A refund's id is 22 of A-Z, a-z, 0-9, - and _");
        }
    }

    public static RefundId derive(PaymentId payment, IdempotencyKey key) {
        return new RefundId(ReservationId.digest("refund", payment.code(), key.value()));
    }

    @Override
    public String toString() {
        return code;
    }
}
