package dev.seckill.payment;

import dev.seckill.http.Body;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.PaymentId;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What the provider tells by calling back: {@code {"type": "payment.succeeded", "data": {"payment": …, "amount_minor": …,
 * "currency": …}}}, or {@code payment.declined} without an amount.
 *
 * @param id the same for each repetition
 * @param body as it was signed
 */
record PaymentEvent(String id, String body, PaymentId payment, Said said) {
    private static final int LONGEST_ID = 200;

    /** Reads one whose signature holds; empty if it is about something else. */
    static Optional<PaymentEvent> read(String id, String text) {
        if (id.isEmpty() || id.length() > LONGEST_ID || id.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new BadInput("webhook-id is 1 to " + LONGEST_ID + " visible ASCII characters.");
        }
        Body body = Body.readArrived(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "type", "timestamp", "data");
        String type = body.text("type");
        if (!type.equals("payment.succeeded") && !type.equals("payment.declined")) {
            return Optional.empty();
        }
        Body data = body.object("data", "payment", "reference", "amount_minor", "currency");
        Said said = type.equals("payment.succeeded")
                ? Said.succeeded(new Amount(data.whole("amount_minor"), data.text("currency")))
                : Said.DECLINED;
        return Optional.of(new PaymentEvent(id, text, new PaymentId(data.text("payment")), said));
    }
}
