package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.seckill.trial.PrometheusProcess;
import dev.seckill.trial.RedisProcess;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus asks a node that sells: every panel shows something, and an alert fires when its cause is there. In order, because
 * a start costs ten seconds: each test goes on with what the one before has left. Touches Prometheus, a node process, a Redis and a
 * PostgreSQL of its own.
 */
@Needs(Needs.Extra.PROMETHEUS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MonitoringIT {
    private static final String SALE = "watched";

    /** Some scrapes, the longest window that an alert looks at, and what it waits for. */
    private static final Duration SOON = Duration.ofMinutes(3);

    private static final int LOOKS_IN_HALF_A_MINUTE = 60;

    @TempDir
    private static Path folder;

    private static RedisServer redis;
    private static PostgresServer postgres;
    private static NodeProcess node;
    private static PrometheusProcess prometheus;
    private static Api api;
    /** One for all of them: Prometheus takes no more than 512 connections. */
    private static Api questions;

    private static int buyers;

    @BeforeAll
    static void start() throws IOException {
        redis = RedisServer.start();
        postgres = PostgresServer.start();
        Path secret = Files.writeString(folder.resolve("secret"), "whsec_" + "A".repeat(43) + "=");
        node = NodeProcess.at(redis.address())
                .with(
                        postgres.environment(),
                        "-Dseckill.database.timeout=PT2S",
                        "-Dseckill.payment.provider=sandbox",
                        "-Dseckill.payment.webhook-secret-file=" + secret);
        node.restart();
        api = node.api();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> PrometheusProcess.endLeftover(folder.resolve("prometheus"))));
        watch(node.port());
        assertThat(api.create(SALE, 10_000, 1).status()).isEqualTo(201);
    }

    /** Starts one that asks the nodes on these ports. */
    private static void watch(int... nodes) {
        prometheus = PrometheusProcess.start(
                Path.of(""),
                folder.resolve("prometheus"),
                RedisProcess.freePort(),
                Arrays.stream(nodes).mapToObj(port -> "127.0.0.1:" + port).toList());
        questions = new Api(prometheus.address());
    }

    @AfterAll
    static void end() throws Exception {
        for (AutoCloseable each : Arrays.asList(prometheus, node, postgres, redis)) {
            if (each != null) {
                each.close();
            }
        }
    }

    private static ConditionFactory soon() {
        return await().atMost(SOON).pollInterval(Duration.ofMillis(500)).ignoreExceptions();
    }

    private static int buy() {
        return api.buy(SALE, "buyer-" + ++buyers, "key", 1).status();
    }

    private static JsonNode ask(String query) {
        return questions
                .get("/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8))
                .json()
                .at("/data/result");
    }

    /** While somebody buys. */
    private static boolean fires(String alert) {
        buy();
        return isFiring(alert);
    }

    private static boolean isFiring(String alert) {
        return !ask("ALERTS{alertstate=\"firing\", alertname=\"" + alert + "\"}")
                .isEmpty();
    }

    @Test
    @Order(1)
    void namesItsMetricsAsPrometheusWantsThem() throws IOException, InterruptedException {
        Process lint = new ProcessBuilder("promtool", "check", "metrics")
                .redirectErrorStream(true)
                .start();
        // the server says what a histogram is, and nothing of the mean that it adds
        String page =
                api.get("/metrics?scope=application").text().replaceAll("(?m)^.*seckill_batch_size_mean.*\\n", "");
        lint.getOutputStream().write(page.getBytes(StandardCharsets.UTF_8));
        lint.getOutputStream().close();

        assertThat(new String(lint.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(lint.waitFor()).isZero();
    }

    @Test
    @Order(2)
    void everyPanelShowsSomething() throws IOException {
        List<String> queries = Panels.queries(SALE);

        soon().untilAsserted(() -> {
            assertThat(buy()).isEqualTo(201);
            assertThat(queries).allSatisfy(query -> {
                JsonNode result = ask(query);
                assertThat(result).as(query).isNotEmpty();
                assertThat(result.findValues("value"))
                        .as(query)
                        .allMatch(value -> !value.path(1).asText().equals("NaN"));
            });
        });
        assertThat(ask("ALERTS")).isEmpty();
    }

    @Test
    @Order(3)
    void tellsWhenSomebodyHasChangedTheStockByHand() {
        RedisShell hand = new RedisShell(redis);
        AtomicInteger looks = new AtomicInteger();

        soon().until(() -> {
            // it is put right within seconds, in which a busy Prometheus may not have asked
            if (looks.getAndIncrement() % LOOKS_IN_HALF_A_MINUTE == 0) {
                hand.ask("HINCRBY seckill:{" + SALE + "}:stock remaining -7");
            }
            return fires("LedgerDrifts");
        });
        soon().until(() -> buy() == 201);
    }

    /** Two causes at once, because each alert waits for a minute or so. */
    @Test
    @Order(4)
    void tellsWhenTheLedgerCouldLoseWhatItAcknowledgesAndTheDatabaseIsAway() {
        postgres.stop();
        assertThat(buy()).isEqualTo(201);
        new RedisShell(redis).ask("CONFIG SET appendfsync everysec");

        soon().until(() -> fires("DatabaseAway"));
        soon().until(() -> fires("LedgerNotDurable"));
        // what a hand breaks is put right within seconds, but not without the database
        new RedisShell(redis).ask("HINCRBY seckill:{" + SALE + "}:stock sold 20000");
        soon().until(() -> fires("Oversold"));
        new RedisShell(redis).ask("HINCRBY seckill:{" + SALE + "}:stock sold -20000");
        soon().until(() -> fires("OrdersLag"));
        soon().until(() -> fires("TicketsLeftButNobodyCanBuy"));
        soon().until(() -> fires("PurchasesUndecided"));
        new RedisShell(redis).ask("CONFIG SET appendfsync always");
        postgres.restart();
        soon().until(() -> buy() == 201);
        soon().until(() -> !fires("DatabaseAway") && !fires("OrdersLag"));
    }

    @Test
    @Order(5)
    void tellsWhenTheLedgerIsAway() {
        redis.stop();

        soon().until(() -> fires("LedgerAway"));
        redis.restart();
        soon().until(() -> buy() == 201);
        soon().until(() -> !fires("LedgerAway"));
    }

    @Test
    @Order(6)
    void tellsWhenANodeIsLost() {
        prometheus.close();
        watch(node.port(), RedisProcess.freePort());
        soon().until(() -> isFiring("NodeLost"));
        assertThat(isFiring("AllNodesLost")).isFalse();

        node.kill();
        soon().until(() -> isFiring("AllNodesLost"));
        soon().until(() -> !isFiring("NodeLost"));
    }
}
