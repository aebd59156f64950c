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
import java.util.ArrayList;
import java.util.List;
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

        assertThat(refund(payment, "one", "\"tickets\": 1, \"reason\": \"moved\"")
                        .json()
                        .path("left")
                        .asInt())
                .isEqualTo(1);
        assertThat(refund(payment, "two", "\"tickets\": 2, \"reason\": \"moved\"")
                        .problem())
                .isEqualTo("refund-too-large");
        assertThat(own(reservation, "bob").path("refunded").asInt()).isEqualTo(1);
        assertThat(refund(payment, "rest", "\"reason\": \"all of it\"")
                        .json()
                        .path("left")
                        .asInt())
                .isZero();
        soon().untilAsserted(() -> assertThat(payment(reservation, "bob").path("refunds"))
                .extracting(each -> each.path("state").asText())
                .containsExactly("DONE", "DONE"));
        assertThat(check.list("SELECT sum(amount_minor)::text FROM sandbox_refunds WHERE payment = '" + payment + "'"))
                .as("no more than was taken")
                .containsExactly("8999");
        JsonNode order = api.operator("GET", "/api/operator/orders?id=" + reservation, null)
                .json()
                .at("/orders/0");
        assertThat(order.path("status").asText()).isEqualTo("REFUNDED");
        assertThat(order.path("refunded").asInt()).isEqualTo(2);
        assertThat(order.path("payment").asText()).isEqualTo(payment);
        assertThat(actions(payment))
                .containsExactly(
                        "REFUND_PAYMENT payment " + payment + ", 0 tickets left: all of it",
                        "REFUND_PAYMENT payment " + payment + ", 1 tickets left: moved",
                        "ACCEPT_PAYMENT payment " + payment + ", 9000 EUR due, 8999 EUR taken");
    }

    private static Api.Reply refund(String payment, String key, String fields) {
        return api.send(
                "POST",
                "/api/operator/payments/" + payment + "/refund",
                "{" + fields + "}",
                Api.AUTHORIZATION,
                "Bearer " + TestIssuer.operator(),
                Api.KEY,
                key);
    }

    private static JsonNode own(String reservation, String buyer) {
        return api.get("/api/reservations/" + reservation, Api.BUYER, buyer).json();
    }

    /** What operators did to a payment, newest first. */
    private static List<String> actions(String payment) {
        List<String> actions = new ArrayList<>();
        for (JsonNode each : api.operator("GET", "/api/operator/actions?limit=100", null)
                .json()
                .path("actions")) {
            if (each.path("detail").asText().contains(payment)) {
                actions.add(
                        each.path("action").asText() + " " + each.path("detail").asText());
            }
        }
        return actions;
    }

    @Test
    void aSaleIsArchivedWhenAnOperatorHasDecidedWhatIsStuck() {
        assertThat(api.create("stuck", 5, 5).status()).isEqualTo(201);
        String reservation = api.buy("stuck", "dan", "key", 1).id();
        String payment = start(reservation, "dan", "first").id();
        type(payment(reservation, "dan").path("pay_at").asText(), "4000000000000069");
        soon().until(() -> payment(reservation, "dan").path("status").asText().equals("SUCCEEDED"));
        assertThat(api.metric("seckill_payments_stuck")).isNotNegative();
        api.cancel(reservation, "dan");
        api.change("stuck", "\"state\": \"CLOSED\"");
        String archive = "\"state\": \"ARCHIVED\"";
        soon().until(() -> api.change("stuck", archive).problem().equals("still-undecided"));

        Api.Reply rejected = api.operator("POST", "/api/operator/payments/" + payment + "/reject", null);

        assertThat(rejected.json().path("refund_reason").asText())
                .as(rejected.text())
                .isEqualTo("REJECTED");
        soon().until(() -> api.change("stuck", archive).status() == 200);
        assertThat(payment(reservation, "dan").at("/refunds/0/state").asText()).isEqualTo("DONE");
        assertThat(payment(reservation, "dan").at("/refunds/0/amount_minor").asLong())
                .isEqualTo(4_499);
        assertThat(actions(payment)).containsExactly("REJECT_PAYMENT payment " + payment);
    }

    @Test
    void operatorsSeePaymentsPageByPage() {
        assertThat(api.create("pages", 5, 5).status()).isEqualTo(201);
        List<String> started = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            started.add(
                    0,
                    start(api.buy("pages", "eva", "key-" + i, 1).id(), "eva", "first")
                            .id());
        }

        List<String> seen = new ArrayList<>();
        String page = "/api/operator/payments?sale=pages&limit=1";
        while (!page.isEmpty()) {
            JsonNode shown = api.operator("GET", page, null).json();
            shown.path("payments").forEach(each -> seen.add(each.path("id").asText()));
            page = shown.path("next").asText();
        }

        assertThat(seen).isEqualTo(started);
        assertThat(api.operator("GET", "/api/operator/payments?after=x", null).problem())
                .isEqualTo("bad-input");
    }

    /** One card takes ten seconds, the other succeeds when its reservation has expired. */
    @Test
    void aPaymentThatTakesItsTimeHasItsTicketToo() {
        assertThat(api.create("late", 5, 5, "\"hold\": \"PT2S\"").status()).isEqualTo(201);
        String slow = api.buy(SALE, "fay", "slow", 1).id();
        start(slow, "fay", "first");
        type(payment(slow, "fay").path("pay_at").asText(), "4000000000000010");
        String late = api.buy("late", "fay", "late", 1).id();
        start(late, "fay", "first");
        type(payment(late, "fay").path("pay_at").asText(), "4000000000000036");

        soon().until(() -> !own(late, "fay").path("successor").asText().isEmpty());
        String successor = own(late, "fay").path("successor").asText();
        assertThat(status(late, "fay")).isEqualTo("EXPIRED");
        assertThat(status(successor, "fay")).isEqualTo("PAID");
        soon().until(() -> payment(late, "fay").path("bought").asText().equals(successor));
        soon().until(() -> api.operator("GET", "/api/operator/orders?id=" + successor, null)
                .json()
                .at("/orders/0/succeeds")
                .asText()
                .equals(late));
        assertThat(status(slow, "fay")).isIn("RESERVED", "PAID");
        soon().until(() -> status(slow, "fay").equals("PAID"));
    }

    @Test
    void whatCostsNothingIsPaidAtOnce() {
        assertThat(api.operator(
                                "POST",
                                "/api/sales",
                                "{\"id\": \"free\", \"capacity\": 5, \"limit_per_buyer\": 5,"
                                        + " \"price\": {\"amount_minor\": 0, \"currency\": \"EUR\"}}")
                        .status())
                .isEqualTo(201);
        String reservation = api.buy("free", "gus", "key", 2).id();

        Api.Reply paid = start(reservation, "gus", "first");

        assertThat(paid.status()).as(paid.text()).isEqualTo(201);
        assertThat(paid.json().path("decision").asText()).isEqualTo("CONFIRMED");
        assertThat(paid.json().has("pay_at")).isFalse();
        assertThat(start(reservation, "gus", "first").status()).isEqualTo(200);
        assertThat(status(reservation, "gus")).isEqualTo("PAID");
        refund(paid.id(), "all", "\"reason\": \"rain\"");
        soon().until(() ->
                payment(reservation, "gus").at("/refunds/0/state").asText().equals("DONE"));
        assertThat(status(reservation, "gus")).isEqualTo("REFUNDED");
    }

    @Test
    void whoCannotPayNowPaysLaterWithTheSameKey() {
        String reservation = api.buy(SALE, "hal", "key", 1).id();
        postgres.stop();
        Api.Reply away = start(reservation, "hal", "first");
        Api.Reply list = api.operator("GET", "/api/operator/payments", null);
        postgres.restart();

        assertThat(away.status()).as(away.text()).isEqualTo(503);
        assertThat(away.problem()).isEqualTo("payments-away");
        assertThat(away.header("Retry-After")).isNotEmpty();
        assertThat(list.problem()).isEqualTo("payments-away");
        soon().until(() -> start(reservation, "hal", "first").status() == 201);
        String page = payment(reservation, "hal").path("pay_at").asText();
        type(page, "4000000000000002");
        soon().until(() -> payment(reservation, "hal").path("status").asText().equals("DECLINED"));
        soon().until(() -> api.metric("seckill_payments_ended_total\\{[^}]*outcome=\"DECLINED\"[^}]*}") >= 1);
        assertThat(type(page, SUCCEEDS).status()).as("another card").isEqualTo(303);
        soon().until(() -> status(reservation, "hal").equals("PAID"));
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
