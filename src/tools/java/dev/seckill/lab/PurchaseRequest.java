package dev.seckill.lab;

import dev.seckill.identity.Role;
import dev.seckill.signin.TrialIssuer;
import dev.seckill.trade.SaleId;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** The bytes that ask for one ticket, of a buyer that has never asked before and with a key of its own; the same again for the next try. */
final class PurchaseRequest {
    private static final Duration TOKENS_LIFE = Duration.ofHours(1);

    private final URI address;
    private final SaleId sale;
    private final TrialIssuer issuer;
    private final String names;

    /**
     * Of the buyers of one run.
     *
     * @param names that theirs begin with
     */
    PurchaseRequest(URI address, SaleId sale, TrialIssuer issuer, String names) {
        this.address = address;
        this.sale = sale;
        this.issuer = issuer;
        this.names = names;
    }

    static String buyer(String names, int number) {
        return names + "-" + number;
    }

    /** The number of that buyer; none if it is nobody of these names. */
    static OptionalInt number(String names, String buyer) {
        return buyer.matches(Pattern.quote(names) + "-\\d{1,9}")
                ? OptionalInt.of(Integer.parseInt(buyer.substring(names.length() + 1)))
                : OptionalInt.empty();
    }

    byte[] of(int number) {
        String buyer = buyer(names, number);
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        return """
                POST /api/sales/%s/reservations HTTP/1.1\r
                Host: %s\r
                Connection: close\r
                Authorization: Bearer %s\r
                Idempotency-Key: %s\r
                Content-Type: application/json\r
                Content-Length: 14\r
                \r
                {"quantity":1}""".formatted(
                        sale,
                        address.getAuthority(),
                        issuer.sign(buyer, List.of(Role.BUYER), now, now.plus(TOKENS_LIFE)),
                        buyer)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
