package dev.seckill.payment;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;

/** How a payment is shown to its buyer. */
public final class PaymentJson {
    private PaymentJson() {}

    public static JsonObjectBuilder of(Payment payment) {
        JsonObjectBuilder json = Json.createObjectBuilder()
                .add("id", payment.id().code())
                .add("reservation", payment.reservation().toString())
                .add("quantity", payment.quantity())
                .add("amount", amount(payment.amount()))
                .add("status", payment.status().name())
                .add("started_at", payment.startedAt().toString());
        if (payment.status() == Payment.Status.STARTED) {
            json.add("expires_at", payment.until().toString());
            payment.payAt().ifPresent(address -> json.add("pay_at", address));
        }
        payment.bought().ifPresent(id -> json.add("decision", "CONFIRMED").add("bought", id.toString()));
        payment.refundReason()
                .ifPresent(reason -> json.add("decision", "REFUND_DUE").add("refund_reason", reason));
        if (!payment.refunds().isEmpty()) {
            JsonArrayBuilder refunds = Json.createArrayBuilder();
            payment.refunds().forEach(refund -> refunds.add(refund(refund)));
            json.add("refunds", refunds);
        }
        return json;
    }

    public static JsonObjectBuilder amount(Amount amount) {
        return Json.createObjectBuilder().add("amount_minor", amount.minor()).add("currency", amount.currency());
    }

    private static JsonObjectBuilder refund(Payment.Refund refund) {
        return Json.createObjectBuilder()
                .add("id", refund.id().code())
                .add("tickets", refund.tickets())
                .add("amount_minor", refund.amountMinor())
                .add("reason", refund.reason())
                .add("state", refund.state().name());
    }
}
