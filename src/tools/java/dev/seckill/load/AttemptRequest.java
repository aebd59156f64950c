package dev.seckill.load;

import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import io.netty.buffer.ByteBuf;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/**
 * The request of every attempt of a run, each under a key of its own, and by a buyer of its own as long as there are tokens:
 * bytes made once, into which the token and a number are put.
 */
final class AttemptRequest {
    private static final int DIGITS = 9;

    /** The most attempts of a run: their numbers have no more digits. */
    static final int MOST = 999_999_999;

    private static final String ZEROS = "0".repeat(DIGITS);
    private static final String BUYER = "buyer-";
    private static final String KEY = "attempt-";
    private static final int TEN = 10;

    private final TokenFile tokens;
    private final byte[] head;
    private final byte[] tail;
    private final int keyAt;

    private AttemptRequest(URI node, String path, TokenFile tokens) {
        this.tokens = tokens;
        head = """
                POST %s HTTP/1.1\r
                Host: %s\r
                Content-Type: application/json\r
                Content-Length: 14\r
                Authorization: Bearer\s""".formatted(path, node.getAuthority()).getBytes(StandardCharsets.US_ASCII);
        String rest = """
                \r
                Idempotency-Key: %s\r
                \r
                {"quantity":1}""".formatted(KEY + ZEROS);
        tail = rest.getBytes(StandardCharsets.US_ASCII);
        keyAt = rest.indexOf(KEY + ZEROS) + KEY.length();
    }

    /** One ticket of that sale, for whoever the tokens are of; more attempts than tokens begin again with the first. */
    static AttemptRequest reserving(URI node, SaleId sale, TokenFile tokens) {
        return posting(node, "/api/sales/" + sale + "/reservations", tokens);
    }

    /** The same bytes to another path. */
    static AttemptRequest posting(URI node, String path, TokenFile tokens) {
        return new AttemptRequest(node, path, tokens);
    }

    int length(int attempt) {
        return head.length + tokens.length(attempt % tokens.size()) + tail.length;
    }

    void write(int attempt, ByteBuf target) {
        target.writeBytes(head);
        tokens.write(attempt % tokens.size(), target);
        int start = target.writerIndex();
        target.writeBytes(tail);
        writeDigits(attempt, target, start + keyAt);
    }

    private static void writeDigits(int number, ByteBuf target, int start) {
        int rest = number;
        for (int i = start + DIGITS - 1; rest > 0; i--) {
            target.setByte(i, '0' + rest % TEN);
            rest /= TEN;
        }
    }

    static BuyerId buyer(int attempt) {
        return BuyerId.named(BUYER + digits(attempt));
    }

    /** The reservation that this attempt can win. */
    static ReservationId reservation(SaleId sale, int attempt) {
        return ReservationId.derive(sale, buyer(attempt), IdempotencyKey.parse(KEY + digits(attempt)));
    }

    /** Which attempt is that buyer's; none if it is not one of these buyers. */
    static OptionalInt attemptOf(String buyer) {
        return buyer.matches(BUYER + "\\d{" + DIGITS + "}")
                ? OptionalInt.of(Integer.parseInt(buyer.substring(BUYER.length())))
                : OptionalInt.empty();
    }

    private static String digits(int number) {
        String text = Integer.toString(number);
        return ZEROS.substring(text.length()) + text;
    }
}
