package dev.seckill.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookSigningException;
import dev.seckill.trade.BadInput;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom the webhook believes, and what it reads. Touches memory. */
class WebhookTest {
    private static final String OLD = "whsec_b2xkIHNlY3JldCBvZiB0ZXN0cywgMzIgYnl0ZXMhISE=";
    private static final String NEW = PaymentBench.SECRET;
    private static final String ID = "evt_1";
    private static final String BODY =
            "{\"type\":\"payment.succeeded\",\"data\":{\"payment\":\"0123456789012345678901\",\"amount_minor\":4900,\"currency\":\"EUR\"}}";
    private static final int FIVE_MINUTES = 300;

    private static boolean isHeard(String body, Map<String, List<String>> headers, String... secrets) {
        PaymentConfig config = new PaymentConfig(
                Optional.of(PaymentConfig.Provider.SANDBOX),
                Stream.of(secrets)
                        .map(text -> PaymentConfig.secret("secret", text))
                        .toList(),
                "/",
                Optional.empty());
        return new Payments(config, null, null, null, Runnable::run).isSigned(body, headers);
    }

    /** Signed by that secret, as many seconds from now. */
    private static Map<String, List<String>> signed(String secret, long seconds) {
        try {
            long at = Instant.now().getEpochSecond() + seconds;
            return Map.of(
                    "Webhook-Id", List.of(ID),
                    "webhook-timestamp", List.of(Long.toString(at)),
                    "webhook-signature", List.of("v1,AAAA " + new Webhook(secret).sign(ID, at, BODY)));
        } catch (WebhookSigningException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void hearsWhatTheProviderHasSigned() {
        assertThat(isHeard(BODY, signed(NEW, 0), NEW)).isTrue();
        assertThat(isHeard(BODY, signed(NEW, 10 - FIVE_MINUTES), NEW)).isTrue();
        assertThat(isHeard(BODY, signed(NEW, FIVE_MINUTES - 10), NEW)).isTrue();
    }

    @Test
    void doesNotHearWhatIsForgedOldOrFromTheFuture() {
        assertThat(isHeard(BODY, signed(OLD, 0), NEW)).isFalse();
        assertThat(isHeard(BODY.replace("4900", "1"), signed(NEW, 0), NEW)).isFalse();
        assertThat(isHeard(BODY, signed(NEW, -10 - FIVE_MINUTES), NEW)).isFalse();
        assertThat(isHeard(BODY, signed(NEW, 10 + FIVE_MINUTES), NEW)).isFalse();
        assertThat(isHeard(BODY, Map.of(), NEW)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Webhook-Id", "webhook-timestamp", "webhook-signature"})
    void doesNotHearASignatureOfSomethingElse(String header) {
        for (String value : List.of("", " ", "0", "evt_2", "v1,", "v2,AAAA", "v1", "1e9", "9223372036854775808")) {
            Map<String, List<String>> headers = new HashMap<>(signed(NEW, 0));
            headers.put(header, List.of(value));
            assertThat(isHeard(BODY, headers, NEW)).as(header + ": " + value).isFalse();
        }
    }

    @Test
    void hearsBothSecretsWhileTheyChangeAndTheNewOneAfterwards() {
        assertThat(isHeard(BODY, signed(OLD, 0), NEW, OLD)).isTrue();
        assertThat(isHeard(BODY, signed(NEW, 0), NEW, OLD)).isTrue();
        assertThat(isHeard(BODY, signed(OLD, 0), NEW)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64", "secret"})
    void takesNoSecretThatIsNoneAndDoesNotSayWhatItIs(String text) {
        assertThatThrownBy(() -> PaymentConfig.secret("a-setting", text))
                .isInstanceOf(BadInput.class)
                .hasMessage("a-setting is whsec_ and 24 to 64 bytes in Base64.");
    }

    @Test
    void readsWhatWasPaid() {
        assertThat(PaymentEvent.read(ID, BODY).orElseThrow().said())
                .isEqualTo(Said.succeeded(new Amount(4_900, "EUR")));
        assertThat(PaymentEvent.read(ID, BODY.replace("succeeded", "declined"))
                        .orElseThrow()
                        .said())
                .isEqualTo(Said.DECLINED);
        assertThat(PaymentEvent.read(ID, BODY.replace("payment.succeeded", "payout.paid")))
                .isEmpty();
    }

    @Test
    void refusesAnEventThatSaysNothingClear() {
        for (String body : List.of(
                "",
                "{}",
                "[]",
                BODY + BODY,
                BODY.replace("4900", "-1"),
                BODY.replace("4900", "1.5"),
                BODY.replace("EUR", "eur"),
                BODY.replace("0123456789012345678901", "0"),
                BODY.replace("\"amount_minor\":4900,", ""),
                BODY.replace("\"amount_minor\":4900,", "\"amount_minor\":4900,\"amount_minor\":1,"))) {
            assertThatThrownBy(() -> PaymentEvent.read(ID, body)).as(body).isInstanceOf(BadInput.class);
        }
        assertThatThrownBy(() -> PaymentEvent.read("a b", BODY)).isInstanceOf(BadInput.class);
    }
}
