package dev.seckill.sale;

import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleState;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.time.Instant;

/** How a sale is shown. */
final class SaleJson {
    private SaleJson() {}

    static JsonObject of(Sale sale) {
        JsonObjectBuilder json = Json.createObjectBuilder()
                .add("id", sale.id().value())
                .add("name", sale.name())
                .add("state", state(sale))
                .add("capacity", sale.capacity())
                .add("remaining", sale.standing().remaining())
                .add("returning", sale.standing().returning())
                .add("reserved", sale.reserved())
                .add("sold", sale.sold())
                .add("opens_at", Instant.ofEpochMilli(sale.opensAtMs()).toString());
        if (sale.closesAtMs() > 0) {
            json.add("closes_at", Instant.ofEpochMilli(sale.closesAtMs()).toString());
        }
        if (sale.heldBack().tickets() > 0) {
            json.add(
                    "held_back",
                    Json.createObjectBuilder()
                            .add("tickets", sale.heldBack().tickets())
                            .add(
                                    "until",
                                    Instant.ofEpochMilli(sale.heldBack().untilMs())
                                            .toString()));
        }
        return json.add("hold", sale.hold().toString())
                .add("limit_per_buyer", sale.limitPerBuyer())
                .add(
                        "price",
                        Json.createObjectBuilder()
                                .add("amount_minor", sale.price().amountMinor())
                                .add("currency", sale.price().currency()))
                .add("as_of", Instant.ofEpochMilli(sale.asOfMs()).toString())
                .build();
    }

    /** What the operator decided, and what the clock and the ledger make of it. */
    private static String state(Sale sale) {
        if (sale.state() == SaleState.CLOSED || sale.state() == SaleState.ARCHIVED) {
            return sale.state().name();
        }
        if (sale.closesAtMs() > 0 && sale.asOfMs() >= sale.closesAtMs()) {
            return "CLOSED";
        }
        if (sale.recovering()) {
            return "RECOVERING";
        }
        return sale.asOfMs() < sale.opensAtMs() ? "SCHEDULED" : sale.state().name();
    }
}
