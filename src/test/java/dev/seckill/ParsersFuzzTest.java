package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.seckill.http.Body;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Whatever is read from outside is what it says it is, or is refused in words for its sender. {@code -Dseed=} reads the same
 * again. Touches memory.
 */
class ParsersFuzzTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final int ROUNDS = Boolean.getBoolean("seckill.test.long") ? 20_000_000 : 200_000;
    private static final List<String> JSON = List.of(
            "{",
            "{",
            "}",
            "}",
            "[",
            "]",
            ":",
            ":",
            ",",
            "\"quantity\"",
            "\"quantity\"",
            "\"quantit\\u0079\"",
            "\"price\"",
            "\"\"",
            "\"\\",
            "\"",
            "\\u0000",
            "\\ud800",
            "1",
            "0",
            "-",
            ".",
            "e",
            "999999999999",
            "true",
            "false",
            "null",
            "NaN",
            "//",
            "/*",
            " ",
            "\n",
            "\u00e9",
            "\ufeff",
            "{\"quantity\":",
            "{\"quantity\":1}");
    private static final List<String> NAMES = List.of(
            "a",
            "Z",
            "0",
            "-",
            "_",
            ".",
            ":",
            "@",
            "+",
            "\"",
            " ",
            "\t",
            "\0",
            "\u00e9",
            "\u0661",
            "\ud83d\ude00",
            "\n",
            "0123456789abcdefghijkl",
            "concert",
            "x".repeat(40),
            "x".repeat(64));

    private final SplittableRandom random = new SplittableRandom(SEED);

    private String some(List<String> pieces, int most) {
        StringBuilder text = new StringBuilder();
        for (int count = random.nextInt(most); count > 0; count--) {
            text.append(pieces.get(random.nextInt(pieces.size())));
        }
        return text.toString();
    }

    @Test
    void aBodyIsAnObjectOfKnownFieldsOrIsRefused() {
        int read = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = bytes(some(JSON, 12));
            try {
                Body body = Body.read(new ByteArrayInputStream(bytes), "quantity", "price");
                if (body.has("quantity")) {
                    body.whole("quantity");
                }
                read++;
            } catch (BadInput e) {
                assertThat(e.getMessage()).isNotBlank();
            } catch (RuntimeException | StackOverflowError e) {
                fail("%s: %s (-Dseed=%d)".formatted(e, Shot.printable(bytes), SEED), e);
            }
        }
        assertThat(read).as("some can be read").isPositive();
    }

    /** With a byte changed now and then, which is no UTF-8 any more. */
    private byte[] bytes(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        if (random.nextInt(8) == 0) {
            bytes.write(random.nextInt(256));
            bytes.writeBytes(some(JSON, 4).getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    @Test
    void aNameIsWhatItSaysOrIsRefused() {
        check(SaleId::new, SaleId::value);
        check(BuyerId::named, BuyerId::value);
        check(ReservationId::parse, ReservationId::toString);
        check(IdempotencyKey::parse, IdempotencyKey::value);
    }

    private <T> void check(Function<String, T> parse, Function<T, String> write) {
        int read = 0;
        for (int i = 0; i < ROUNDS; i++) {
            String text = some(NAMES, 4);
            try {
                String written = write.apply(parse.apply(text));
                assertThat(text).isIn(written, '"' + written + '"');
                assertThat(written).matches("[!-~]{1,64}");
                read++;
            } catch (BadInput e) {
                assertThat(e.getMessage()).isNotBlank();
            } catch (RuntimeException e) {
                fail("%s: %s (-Dseed=%d)".formatted(e, Shot.printable(text.getBytes(StandardCharsets.UTF_8)), SEED), e);
            }
        }
        assertThat(read).as("some can be read").isPositive();
    }
}
