package dev.seckill.office;

import dev.seckill.order.Order;
import dev.seckill.trade.ReservationStatus;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;

/** How an order is shown: as its reservation is, when it ended, and what payments have done to it. */
final class OrderJson {
    private OrderJson() {}

    static JsonObjectBuilder of(Order order) {
        JsonObjectBuilder json = Json.createObjectBuilder()
                .add("id", order.id().toString())
                .add("sale", order.id().sale().value());
        if (!order.buyer().isEmpty()) {
            json.add("buyer", order.buyer());
        }
        json.add("quantity", order.quantity())
                .add(
                        "price",
                        Json.createObjectBuilder()
                                .add("amount_minor", order.amountMinor())
                                .add("currency", order.currency()))
                .add("status", order.status().name());
        order.reservedAt().ifPresent(at -> json.add("reserved_at", at.toString()));
        if (order.status() == ReservationStatus.RESERVED) {
            order.dueAt().ifPresent(at -> json.add("expires_at", at.toString()));
        }
        order.endedAt().ifPresent(at -> json.add("ended_at", at.toString()));
        order.payment().ifPresent(payment -> json.add("payment", payment.code()));
        order.succeeds().ifPresent(expired -> json.add("succeeds", expired.toString()));
        if (order.refunded() > 0) {
            json.add("refunded", order.refunded());
        }
        return json;
    }
}
