package dev.seckill.sale;

import dev.seckill.http.Body;
import dev.seckill.ledger.Change;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.Price;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.SaleState;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.stream.Stream;

/** Reads what operators send. */
final class SaleForm {
    private static final Duration DEFAULT_HOLD = Duration.ofMinutes(5);

    private SaleForm() {}

    static SaleDefinition definition(InputStream stream) {
        Body body = Body.read(
                stream, "id", "name", "capacity", "price", "opens_at", "closes_at", "hold", "limit_per_buyer");
        Body price = body.object("price", "amount_minor", "currency");
        SaleId id = new SaleId(body.text("id"));
        return new SaleDefinition(
                id,
                body.has("name") ? body.text("name") : id.value(),
                body.whole("capacity"),
                new Price(price.whole("amount_minor"), price.text("currency")),
                time(body, "opens_at"),
                time(body, "closes_at"),
                body.has("hold") ? duration(body.text("hold")) : DEFAULT_HOLD,
                body.has("limit_per_buyer") ? small(body.whole("limit_per_buyer")) : 1);
    }

    static Change change(InputStream stream) {
        Body body = Body.read(stream, "state", "capacity");
        return new Change(
                body.has("state") ? state(body.text("state")) : null,
                body.has("capacity") ? body.whole("capacity") : null);
    }

    private static SaleState state(String text) {
        return Stream.of(SaleState.values())
                .filter(state -> state.name().equals(text))
                .findAny()
                .orElseThrow(() -> new BadInput("state is OPEN, PAUSED, CLOSED or ARCHIVED."));
    }

    private static int small(long number) {
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, number));
    }

    private static long time(Body body, String field) {
        if (!body.has(field)) {
            return 0;
        }
        try {
            long ms = OffsetDateTime.parse(body.text(field)).toInstant().toEpochMilli();
            if (ms > 0 && ms < 1L << 43) {
                return ms;
            }
        } catch (DateTimeException | ArithmeticException e) {
            // said below
        }
        throw new BadInput(field + " is a time such as 2030-01-31T10:00:00Z (RFC 3339).");
    }

    private static Duration duration(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeException e) {
            throw new BadInput("hold is an ISO 8601 duration, such as PT5M.");
        }
    }
}
