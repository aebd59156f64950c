package dev.seckill.ledger;

import dev.seckill.trade.Price;
import dev.seckill.trade.Sale;
import dev.seckill.trade.Sale.HeldBack;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.SaleState;
import dev.seckill.trade.Standing;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What {@code show.lua} answers, as a sale. */
final class ShowScript {
    private ShowScript() {}

    static Sale sale(SaleId id, Reply reply) {
        return sale(id, fields(reply), nowMs(reply), reply.verdict().equals("RECOVERING"));
    }

    static Heard heard(Sale sale, Reply reply) {
        return Heard.of(
                sale.id(),
                sale.standing(),
                sale.rest().toMillis(),
                number(fields(reply), "restock_at_ms"),
                nowMs(reply),
                reply.sentAtNanos());
    }

    /** Whether nothing is left to show. */
    static boolean isLost(Reply reply) {
        return reply.isRecovering() && reply.values().size() == 2;
    }

    private static long nowMs(Reply reply) {
        return (Long) reply.values().get(1);
    }

    private static Map<String, String> fields(Reply reply) {
        List<Object> values = reply.values();
        Map<String, String> fields = new HashMap<>();
        for (int i = 2; i < values.size(); i += 2) {
            fields.put((String) values.get(i), (String) values.get(i + 1));
        }
        return fields;
    }

    private static Sale sale(SaleId id, Map<String, String> fields, long nowMs, boolean recovering) {
        return new Sale(
                id,
                fields.get("name"),
                new Price(number(fields, "amount_minor"), fields.get("currency")),
                number(fields, "opens_at_ms"),
                number(fields, "closes_at_ms"),
                Duration.ofMillis(number(fields, "hold_ms")),
                (int) number(fields, "limit_per_buyer"),
                Duration.ofMillis(number(fields, "rest_ms")),
                SaleState.valueOf(fields.get("state")),
                number(fields, "capacity"),
                number(fields, "reserved"),
                number(fields, "sold"),
                new Standing(
                        number(fields, "epoch"),
                        number(fields, "seq"),
                        number(fields, "sellable"),
                        number(fields, "remaining"),
                        number(fields, "returning")),
                heldBack(fields, nowMs),
                nowMs,
                recovering);
    }

    private static HeldBack heldBack(Map<String, String> fields, long nowMs) {
        long untilMs = number(fields, "owed_until_ms");
        long tickets = Math.min(number(fields, "owed"), number(fields, "returning"));
        return tickets > 0 && nowMs < untilMs ? new HeldBack(tickets, untilMs) : HeldBack.NOTHING;
    }

    private static long number(Map<String, String> fields, String name) {
        return Long.parseLong(fields.get(name));
    }
}
