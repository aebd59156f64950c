package dev.seckill.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.trade.BadInput;
import java.io.ByteArrayInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A request's body is what it should be, or it is said what is wrong with it. Touches memory. */
class BodyTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"{\"quantity\":2}", " {\n\"quantity\" : 2 }\n ", "{\"quantity\":2.0}", "{\"quantity\":20e-1}"})
    void readsAWholeNumber(String json) {
        assertThat(read(json).whole("quantity")).isEqualTo(2);
    }

    @Test
    void readsTheLargestAndTheSmallestNumberThereIs() {
        assertThat(read("{\"quantity\":" + Long.MAX_VALUE + "}").whole("quantity"))
                .isEqualTo(Long.MAX_VALUE);
        assertThat(read("{\"quantity\":" + Long.MIN_VALUE + "}").whole("quantity"))
                .isEqualTo(Long.MIN_VALUE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"2\"",
                "true",
                "[2]",
                "{}",
                "2.5",
                "9223372036854775808",
                "1e19",
                "1e999999999",
                "1e-999999999",
                "0.1e400"
            })
    void refusesWhatIsNoWholeNumber(String value) {
        assertThatThrownBy(() -> read("{\"quantity\":" + value + "}").whole("quantity"))
                .isInstanceOf(BadInput.class)
                .hasMessage("quantity is a whole number.");
    }

    static Stream<String> noObjects() {
        return Stream.of(
                "",
                " ",
                "null",
                "2",
                "\"quantity\"",
                "[]",
                "[{\"quantity\":2}]",
                "{",
                "{\"quantity\":2",
                "{\"quantity\"}",
                "{\"quantity\":}",
                "{quantity:2}",
                "{'quantity':2}",
                "{\"quantity\":2,}",
                "{\"quantity\":02}",
                "{\"quantity\":NaN}",
                "{\"quantity\":2}}",
                "{\"quantity\":2} 3",
                "{\"quantity\":2}{\"quantity\":3}",
                "{\"quantity\":2,\"quantity\":3}",
                "{\"quantity\":2,\"quantit\\u0079\":3}",
                "{\"quantity\":{\"a\":1,\"a\":2}}",
                "{\"quantity\":1e99999999999}",
                "{\"quantity\":1" + "0".repeat(2_000) + "}",
                "{\"quantity\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}");
    }

    @ParameterizedTest
    @MethodSource("noObjects")
    void refusesWhatIsNoObject(String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(BadInput.class)
                .hasMessage("The body is a JSON object in UTF-8 with the fields [quantity]");
    }

    @Test
    void refusesWhatIsNotUtf8() {
        byte[] latin1 = "{\"quantity\":\"\u00fc\"}".getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> Body.read(new ByteArrayInputStream(latin1), "quantity"))
                .isInstanceOf(BadInput.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16BE", "UTF-16LE", "UTF-32", "UTF-32BE", "UTF-32LE"})
    void refusesOtherEncodingsOfUnicode(String encoding) {
        byte[] bytes = "{\"quantity\":2}".getBytes(Charset.forName(encoding));

        assertThatThrownBy(() -> Body.read(new ByteArrayInputStream(bytes), "quantity"))
                .isInstanceOf(BadInput.class)
                .hasMessage("The body is a JSON object in UTF-8 with the fields [quantity]");
    }

    @Test
    void refusesAMarkOfTheEncoding() {
        assertThatThrownBy(() -> read("\ufeff{\"quantity\":2}")).isInstanceOf(BadInput.class);
    }

    @Test
    void namesTheFieldsThatAreNotKnownAndThoseThatAre() {
        assertThatThrownBy(() -> read("{\"quantity\":1,\"colour\":1,\"class\":1}"))
                .isInstanceOf(BadInput.class)
                .hasMessage("Unknown [class, colour]; allowed are [quantity]");
    }

    @Test
    void namesTheFieldThatIsMissing() {
        assertThatThrownBy(() -> read("{}").whole("quantity")).hasMessage("quantity is missing.");
        assertThatThrownBy(() -> read("{\"quantity\":null}").whole("quantity")).hasMessage("quantity is missing.");
    }

    @Test
    void readsAnObjectWithinTheObjectAsStrictly() {
        Body body = Body.read(stream("{\"price\":{\"amount\":5,\"currency\":\"EUR\"}}"), "price");

        Body price = body.object("price", "amount", "currency");

        assertThat(price.whole("amount")).isEqualTo(5);
        assertThat(price.text("currency")).isEqualTo("EUR");
        assertThatThrownBy(() -> price.text("amount")).hasMessage("price.amount is a string.");
        assertThatThrownBy(() -> body.object("price", "amount"))
                .hasMessage("Unknown price.[currency]; allowed are [amount]");
        assertThatThrownBy(() -> body.text("price")).hasMessage("price is a string.");
        assertThatThrownBy(() -> read("{\"quantity\":1}").object("quantity")).hasMessage("quantity is an object.");
    }

    @ParameterizedTest
    @ValueSource(ints = {127, 128, 129, 8 * 1024})
    void readsABodyOfAnyAllowedLength(int length) {
        String json = "{\"quantity\":2}";

        assertThat(read(json + " ".repeat(length - json.length())).whole("quantity"))
                .isEqualTo(2);
    }

    @Test
    void refusesOneByteMore() {
        String json = "{\"quantity\":2}";

        assertThatThrownBy(() -> read(json + " ".repeat(8 * 1024 + 1 - json.length())))
                .isInstanceOf(BadInput.class)
                .hasMessage("A body is at most 8192 bytes.");
    }

    private static Body read(String json) {
        return Body.read(stream(json), "quantity");
    }

    private static ByteArrayInputStream stream(String json) {
        return new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8));
    }
}
