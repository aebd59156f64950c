package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookSigningException;
import dev.seckill.ledger.Auditor;
import dev.seckill.ledger.Ledgers;
import dev.seckill.order.OrderAuditor;
import dev.seckill.order.OrderCheck;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.PostgresProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Buyers pay on two nodes while nodes are killed between the steps of payments, database and ledger go away, and calls back get
 * lost. Afterwards the money that the provider has kept is exactly that of the tickets that are paid. Touches two node processes, a
 * Redis and a PostgreSQL of its own.
 */
class PaymentFaultsIT {
    private static final String SECRET = "whsec_c2VjcmV0cyBvZiB0ZXN0cywgdGhpcnR5LXR3byE=";
    private static final String BUSY = "busy";
    private static final String GATED = "gated";
    private static final String OTHER = "other";
    private static final long PRICE = 4_500;
    private static final int GATE = 4_711;

    /** A step of a payment is the commit of such a change; whoever comes to the gate waits in front of it. */
    private static final Map<String, String> STEPS = Map.of(
            "page", "UPDATE ON payments FOR EACH ROW WHEN (OLD.reference IS NULL AND NEW.reference IS NOT NULL)",
            "heard", "UPDATE ON payments FOR EACH ROW WHEN (OLD.status <> NEW.status AND NEW.status = 'SUCCEEDED')",
            "decided", "UPDATE ON payments FOR EACH ROW WHEN (OLD.decision IS NULL AND NEW.decision IS NOT NULL)",
            "marked", "UPDATE ON payment_events FOR EACH ROW WHEN (NEW.done_at IS NOT NULL)",
            "refunded", "UPDATE ON refunds FOR EACH ROW WHEN (NEW.state = 'DONE')");

    private final List<Api> inService = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private RedisServer redis;
    private PostgresServer postgres;
    private OrderCheck check;
    private CallsBack calls;
    private NodeProcess one;
    private NodeProcess other;

    @BeforeEach
    void start() throws IOException, SQLException {
        redis = RedisServer.start();
        postgres = PostgresServer.start();
        check = new OrderCheck(redis, postgres);
        check.command("CREATE ROLE " + OTHER + " SUPERUSER LOGIN PASSWORD '" + PostgresServer.PASSWORD + "'");
        calls = new CallsBack(inService, Story.SEED);
        Path secret =
                Files.createTempFile(Path.of("target"), "webhook", ".secret").toAbsolutePath();
        Files.writeString(secret, SECRET);
        secret.toFile().deleteOnExit();
        one = node(PostgresProcess.USER, secret);
        other = node(OTHER, secret);
        List.of(one, other).forEach(NodeProcess::launch);
        List.of(one, other).forEach(this::serve);
        inService.forEach(
                node -> soon().until(() -> node.get("/health/ready").text().contains("\"TAKING\"")));
        buildGates();
    }

    private NodeProcess node(String databaseUser, Path secret) {
        Map<String, String> environment = new HashMap<>(postgres.environment());
        environment.put("SECKILL_DATABASE_USER", databaseUser);
        return NodeProcess.at(redis.address())
                .with(
                        environment,
                        "-Dseckill.payment.provider=sandbox",
                        "-Dseckill.payment.webhook-secret-file=" + secret,
                        "-Dseckill.payment.sandbox.calls=" + calls.address());
    }

    private void serve(NodeProcess node) {
        node.awaitReady();
        inService.add(node.api());
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
        calls.close();
        one.close();
        other.close();
        postgres.close();
        redis.close();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(100));
    }

    @Test
    void keepsMoneyExactlyForTicketsWhateverDiesWhen() throws Exception {
        System.out.println("-Dseed=" + Story.SEED + " throws the same dice again");
        assertThat(other.api().create(BUSY, 10_000, 10, "\"hold\": \"PT4S\"").status())
                .isEqualTo(201);
        assertThat(other.api().create(GATED, 100, 100).status()).isEqualTo(201);
        soon().until(() -> one.api().get("/api/sales/" + GATED).status() == 200);
        Payers payers = new Payers(inService, BUSY, Story.SEED);
        payers.awaitMore(20);

        killBetweenTheStepsOfPayments();
        payers.awaitMore(5);
        postgres.stop();
        Thread.sleep(3_000);
        postgres.restart();
        serve(one);
        payers.awaitMore(5);
        redis.kill();
        Thread.sleep(1_000);
        redis.restart();
        payers.awaitMore(5);
        killWhoeverGivesMoneyBack();
        payers.awaitMore(5);
        payers.close();

        soon().ignoreExceptions().untilAsserted(this::assertNothingIsLeftToDo);
        assertMoneyIsKeptForTicketsOnly(BUSY);
        assertMoneyIsKeptForTicketsOnly(GATED);
        assertThat(sum("SELECT sum(quantity - refunded) FROM orders WHERE status = 'PAID' AND sale = '" + GATED + "'"))
                .as("three that were called back about, and one of two")
                .isEqualTo(4);
    }

    // --- killing ----------------------------------------------------------------------------------------------------

    private void buildGates() throws SQLException {
        check.command("CREATE TABLE gates (payment text, step text)");
        check.command("""
                CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF EXISTS (SELECT FROM gates WHERE payment = NEW.payment AND step = TG_ARGV[0]) THEN
                        PERFORM pg_advisory_xact_lock_shared(%d);
                    END IF;
                    RETURN NEW;
                END $$""".formatted(GATE));
        for (Map.Entry<String, String> step : STEPS.entrySet()) {
            check.command("CREATE TRIGGER gate_" + step.getKey() + " AFTER " + step.getValue()
                    + " EXECUTE FUNCTION wait_at_gate('" + step.getKey() + "')");
        }
    }

    /** Whose end opens it. */
    private Connection closedGate() throws SQLException {
        Connection gate = DriverManager.getConnection(postgres.url(), PostgresProcess.USER, PostgresServer.PASSWORD);
        try (Statement statement = gate.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(" + GATE + ")");
        }
        return gate;
    }

    private List<String> waiting() {
        return check.list(
                "SELECT usename FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND wait_event = 'advisory'");
    }

    private String reserve(String buyer, int quantity) {
        // its ledger may have come back a moment ago
        return soon().until(() -> other.api().buy(GATED, buyer, "key", quantity), reply -> reply.status() <= 201)
                .id();
    }

    private static Api.Reply begin(Api api, String reservation, String buyer) {
        return api.send(
                "POST", "/api/reservations/" + reservation + "/payment", null, Api.BUYER, buyer, Api.KEY, "card");
    }

    /** Typed, and nobody will be called back about it. */
    private String paidSilently(String buyer, int quantity) {
        Api.Reply begun = begin(other.api(), reserve(buyer, quantity), buyer);
        other.api()
                .send(
                        "POST",
                        begun.json().path("pay_at").asText(),
                        "card=4000000000000051",
                        "Content-Type",
                        "application/x-www-form-urlencoded");
        return begun.id();
    }

    private static Api.Reply call(Api api, String payment, long amount) {
        String body = "{\"type\": \"payment.succeeded\", \"data\": {\"payment\": \"" + payment
                + "\", \"amount_minor\": " + amount + ", \"currency\": \"EUR\"}}";
        long now = Instant.now().getEpochSecond();
        try {
            return api.send(
                    "POST",
                    "/api/payments/webhook",
                    body,
                    "webhook-id",
                    "evt-" + payment,
                    "webhook-timestamp",
                    Long.toString(now),
                    "webhook-signature",
                    new Webhook(SECRET).sign("evt-" + payment, now, body));
        } catch (WebhookSigningException e) {
            throw new IllegalStateException(e);
        }
    }

    private void closeGate(String payment, String step) throws SQLException {
        check.command("INSERT INTO gates VALUES ('" + payment + "', '" + step + "')");
    }

    /** One payment waits in front of each of four steps, on the node that dies then. */
    private void killBetweenTheStepsOfPayments() throws Exception {
        String reservation = reserve("page", 1);
        closeGate(
                PaymentId.derive(ReservationId.parse(reservation), new IdempotencyKey("card"))
                        .code(),
                "page");
        List<String> called = new ArrayList<>();
        for (String step : List.of("heard", "decided", "marked")) {
            String payment = paidSilently(step, 1);
            closeGate(payment, step);
            called.add(payment);
        }
        Connection gate = closedGate();
        try {
            List<CompletableFuture<?>> lost = new ArrayList<>();
            lost.add(CompletableFuture.runAsync(() -> begin(one.api(), reservation, "page"), threads));
            called.forEach(
                    payment -> lost.add(CompletableFuture.runAsync(() -> call(one.api(), payment, PRICE), threads)));
            soon().until(() -> waiting().size() == 4);

            inService.remove(one.api());
            one.kill();
            lost.forEach(each -> assertThat(each).failsWithin(Duration.ofSeconds(10)));
        } finally {
            gate.close();
        }
        one.launch();
        assertThat(begin(other.api(), reservation, "page").status())
                .as("begun, and gone on with")
                .isEqualTo(200);
        call(other.api(), called.get(0), PRICE);
    }

    private void killWhoeverGivesMoneyBack() throws Exception {
        String payment = paidSilently("refunded", 2);
        closeGate(payment, "refunded");
        assertThat(call(other.api(), payment, 2 * PRICE).status()).isEqualTo(204);
        Connection gate = closedGate();
        try {
            Api.Reply refunded = other.api()
                    .send(
                            "POST",
                            "/api/operator/payments/" + payment + "/refund",
                            "{\"tickets\": 1, \"reason\": \"rain\"}",
                            Api.AUTHORIZATION,
                            "Bearer " + TestIssuer.operator(),
                            Api.KEY,
                            "refund");
            assertThat(refunded.status()).as(refunded.text()).isEqualTo(200);
            soon().until(() -> waiting().size() == 1);
            NodeProcess paying = waiting().contains(OTHER) ? other : one;
            inService.remove(paying.api());
            paying.kill();
        } finally {
            gate.close();
        }
    }

    // --- afterwards -------------------------------------------------------------------------------------------------

    private long sum(String sql) {
        return Long.parseLong(
                check.list("SELECT coalesce((" + sql + "), 0)::text").get(0));
    }

    /** What the timer would come back to in a minute it comes back to now; what took a cent too little goes back. */
    private void assertNothingIsLeftToDo() throws SQLException {
        check.command(
                "UPDATE payments SET next_try_at = clock_timestamp() WHERE next_try_at > clock_timestamp() + interval '2 s'");
        check.command("UPDATE refunds SET next_try_at = clock_timestamp() WHERE state = 'DUE'");
        check.command("UPDATE sandbox_calls SET next_try_at = clock_timestamp() WHERE NOT heard");
        for (String payment : check.list("SELECT payment FROM payments WHERE stuck")) {
            inService.get(0).operator("POST", "/api/operator/payments/" + payment + "/reject", null);
        }
        assertThat(check.list("""
                SELECT concat_ws(' ', p.status, p.decision, s.card, s.settles_at) FROM payments p JOIN sandbox_payments s USING (payment)
                WHERE p.stuck OR (s.succeeds AND p.decision IS NULL)""")).as("undecided").isEmpty();
        assertThat(check.list("SELECT state || ' ' || trouble FROM refunds WHERE state <> 'DONE'"))
                .as("not given back")
                .isEmpty();
        for (String sale : List.of(BUSY, GATED)) {
            check.assertWritten(new SaleId(sale));
        }
    }

    /** Payment by payment, and in sum: by the sandbox's tables, the orders and the ledger. */
    private void assertMoneyIsKeptForTicketsOnly(String sale) {
        assertThat(check.list("""
                SELECT k.payment || ' kept ' || k.kept || ' for ' || coalesce(o.quantity - o.refunded, 0)
                FROM (SELECT payment, CASE WHEN s.succeeds THEN s.amount_minor - (s.card = 'SHORT')::int ELSE 0 END
                        - coalesce((SELECT sum(r.amount_minor) FROM sandbox_refunds r WHERE r.payment = s.payment), 0) AS kept
                    FROM sandbox_payments s JOIN payments p USING (payment) WHERE p.sale = ?) k
                LEFT JOIN orders o ON o.payment = k.payment
                WHERE k.kept <> coalesce(o.quantity - o.refunded, 0) * ?""", sale, PRICE)).isEmpty();
        long sold = inService.get(0).sums(sale).sold();
        assertThat(sold).isPositive();
        assertThat(sum("SELECT sum(quantity - refunded) FROM orders WHERE status = 'PAID' AND sale = '" + sale + "'"))
                .isEqualTo(sold);
        SaleId id = new SaleId(sale);
        Ledgers.auditedMovements(redis, id);
        try (Auditor ledger = Auditor.open(redis.address(), Optional.empty(), Optional.empty(), progress -> {})) {
            assertThat(OrderAuditor.of(
                                    postgres.url(),
                                    Optional.of(PostgresProcess.USER),
                                    Optional.of(PostgresServer.PASSWORD),
                                    progress -> {})
                            .audit(id, ledger)
                            .findings())
                    .isEmpty();
        }
    }
}
