package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookSigningException;
import dev.seckill.order.OrderCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Buyers pay by card, over HTTP, from the reservation to the ticket. Touches a node, a Redis and a PostgreSQL. */
class PaymentIT {
    private static final String SECRET = "whsec_c2VjcmV0cyBvZiB0ZXN0cywgdGhpcnR5LXR3byE=";
    private static final String SALE = "paid";
    private static final String WEBHOOK = "/api/payments/webhook";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String SUCCEEDS = "4242424242424242";

    private static RedisServer redis;
    private static PostgresServer postgres;
    private static OrderCheck check;
    private static NodeProcess node;
    private static Api api;

    @BeforeAll
    static void start() throws IOException {
        redis = RedisServer.start();
        postgres = PostgresServer.start();
        check = new OrderCheck(redis, postgres);
        Path secret =
                Files.createTempFile(Path.of("target"), "webhook", ".secret").toAbsolutePath();
        Files.writeString(secret, SECRET);
        secret.toFile().deleteOnExit();
        node = NodeProcess.at(redis.address());
        node.with(
                postgres.environment(),
                "-Dseckill.payment.provider=sandbox",
                "-Dseckill.payment.webhook-secret-file=" + secret,
                "-Dseckill.payment.sandbox.calls=http://127.0.0.1:" + node.port() + WEBHOOK);
        node.restart();
        api = node.api();
        assertThat(api.create(SALE, 100, 100).status()).isEqualTo(201);
        soon().until(() -> api.get("/health/ready").text().contains("\"TAKING\""));
    }

    @AfterAll
    static void end() {
        node.close();
        postgres.close();
        redis.close();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(100));
    }

    private static Api.Reply start(String reservation, String buyer, String key) {
        return api.send("POST", "/api/reservations/" + reservation + "/payment", null, Api.BUYER, buyer, Api.KEY, key);
    }

    private static Api.Reply type(String page, String card) {
        return api.send("POST", page, "card=" + card, "Content-Type", FORM);
    }

    private static JsonNode payment(String reservation, String buyer) {
        return api.get("/api/reservations/" + reservation + "/payment", Api.BUYER, buyer)
                .json()
                .at("/payments/0");
    }

    private static String status(String reservation, String buyer) {
        return api.get("/api/reservations/" + reservation, Api.BUYER, buyer)
                .json()
                .path("status")
                .asText();
    }

    @Test
    void aBuyerPaysByCardAndHasTheTicket() {
        String reservation = api.buy(SALE, "ann", "key", 2).id();

        Api.Reply started = start(reservation, "ann", "first");
        assertThat(started.status()).as(started.text()).isEqualTo(201);
        assertThat(started.json().at("/amount/amount_minor").asLong()).isEqualTo(9_000);
        assertThat(start(reservation, "ann", "first").status()).isEqualTo(200);
        String page = started.json().path("pay_at").asText();
        assertThat(api.get(page).text()).contains("90.00 EUR", "4242 4242 4242 4242");
        assertThat(type(page, "1234").status()).isEqualTo(409);
        Api.Reply paid = type(page, SUCCEEDS);
        assertThat(paid.status()).isEqualTo(303);
        assertThat(paid.header("Location")).isEqualTo("/?paid=" + reservation);

        soon().until(() -> status(reservation, "ann").equals("PAID"));
        soon().untilAsserted(() -> assertThat(
                        payment(reservation, "ann").path("decision").asText())
                .isEqualTo("CONFIRMED"));
        assertThat(payment(reservation, "ann").path("bought").asText()).isEqualTo(reservation);
        assertThat(check.list("SELECT count(*)::text FROM payment_events WHERE done_at IS NOT NULL AND payment = '"
                        + started.id() + "'"))
                .as("it was heard of by a call back")
                .containsExactly("1");
        assertThat(start(reservation, "ann", "again").problem()).isEqualTo("already-ended");
        assertThat(start(reservation, "eve", "first").problem()).isEqualTo("no-reservation");
        assertThat(api.get("/api/reservations/" + reservation + "/payment", Api.BUYER, "eve")
                        .problem())
                .isEqualTo("no-payment");
    }

    @Test
    void anOperatorDecidesWhatIsStuckAndRefundsWhatWasBought() {
        String reservation = api.buy(SALE, "bob", "key", 2).id();
        String payment = start(reservation, "bob", "first").id();
        type(payment(reservation, "bob").path("pay_at").asText(), "4000000000000069");
        String stuck = "/api/operator/payments?stuck=true&reservation=" + reservation;
        soon().until(() ->
                api.operator("GET", stuck, null).json().path("payments").size() == 1);
        assertThat(status(reservation, "bob")).isEqualTo("RESERVED");
        JsonNode shown = api.operator("GET", stuck, null).json().at("/payments/0");
        assertThat(shown.at("/taken/amount_minor").asLong()).isEqualTo(8_999);
        assertThat(shown.path("buyer").asText()).isEqualTo("bob");

        String path = "/api/operator/payments/" + payment;
        assertThat(api.operator("POST", path + "/accept", null)
                        .json()
                        .path("decision")
                        .asText())
                .isEqualTo("CONFIRMED");
        assertThat(status(reservation, "bob")).isEqualTo("PAID");
        assertThat(api.operator("POST", path + "/reject", null).problem()).isEqualTo("not-stuck");
        Api.Reply refunded = api.send(
                "POST",
                path + "/refund",
                "{\"tickets\": 1, \"reason\": \"moved\"}",
                Api.AUTHORIZATION,
                "Bearer " + TestIssuer.operator(),
                Api.KEY,
                "refund");
        assertThat(refunded.json().path("left").asInt()).as(refunded.text()).isEqualTo(1);
        assertThat(api.sums(SALE).sold()).isGreaterThanOrEqualTo(1);
        assertThat(check.list("SELECT action FROM operator_actions WHERE action LIKE '%PAYMENT'"))
                .contains("ACCEPT_PAYMENT");
    }

    @Test
    void nobodyIsHeardWhoDoesNotSign() throws WebhookSigningException {
        String reservation = api.buy(SALE, "cyd", "key", 1).id();
        String payment = start(reservation, "cyd", "first").id();
        String body = "{\"type\": \"payment.succeeded\", \"data\": {\"payment\": \"" + payment
                + "\", \"amount_minor\": 4500, \"currency\": \"EUR\"}}";
        long now = Instant.now().getEpochSecond();
        String signature = new Webhook(SECRET).sign("evt", now, body);

        assertThat(api.send("POST", WEBHOOK, body).problem()).isEqualTo("not-signed");
        assertThat(call(body.replace("4500", "4501"), now, signature).status()).isEqualTo(401);
        assertThat(call(body, now + 1, signature).status()).isEqualTo(401);
        assertThat(status(reservation, "cyd")).isEqualTo("RESERVED");
        assertThat(call(body + " ".repeat(9_000), now, signature).status()).isEqualTo(400);

        assertThat(call(body, now, signature).status()).isEqualTo(204);
        assertThat(status(reservation, "cyd"))
                .as("when it is answered it is done")
                .isEqualTo("PAID");
        assertThat(call(body, now, signature).status()).isEqualTo(204);
    }

    private static Api.Reply call(String body, long at, String signature) {
        return api.send(
                "POST",
                WEBHOOK,
                body,
                "webhook-id",
                "evt",
                "webhook-timestamp",
                Long.toString(at),
                "webhook-signature",
                signature);
    }

    @Test
    void saysThatTheMoneyIsPretended() throws IOException {
        assertThat(api.get("/health/ready").text()).contains("\"sandbox\":\"true\"");
        assertThat(Files.readString(node.log())).contains("Nobody pays with real money here");
        assertThat(api.metric("seckill_payments_stuck")).isNotNegative();
    }
}
