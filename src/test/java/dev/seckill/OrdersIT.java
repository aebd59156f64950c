package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seckill.order.OrderCheck;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.PostgresProcess;
import java.time.Duration;
import java.util.Map;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * A node with a database that comes, goes and comes back. In order, because a start costs ten seconds: each test goes on with what
 * the one before has left. Touches a node process, a Redis and a PostgreSQL of its own.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OrdersIT {
    private static final SaleId SALE = new SaleId("recorded");

    /** The longest back-off, the longest pause and a lease. */
    private static final Duration SOON = Duration.ofSeconds(30);

    private static RedisServer redis;
    private static PostgresServer postgres;
    private static OrderCheck check;
    private static NodeProcess node;
    private static Api api;

    @BeforeAll
    static void start() {
        redis = RedisServer.start();
        postgres = PostgresServer.start();
        postgres.stop();
        check = new OrderCheck(redis, postgres);
        node = NodeProcess.at(redis.address())
                .with(Map.of(
                        "SECKILL_DATABASE_URL",
                        postgres.url(),
                        "SECKILL_DATABASE_USER",
                        PostgresProcess.USER,
                        "SECKILL_DATABASE_PASSWORD",
                        PostgresServer.PASSWORD,
                        "SECKILL_DATABASE_TIMEOUT",
                        "PT2S",
                        "SECKILL_ORDER_RECONCILE_EVERY",
                        "PT5S"));
        node.restart();
        api = node.api();
    }

    @AfterAll
    static void end() {
        node.close();
        postgres.close();
        redis.close();
    }

    private static ConditionFactory soon() {
        return await().atMost(SOON).pollInterval(Duration.ofMillis(200));
    }

    private static void assertSells(String buyer) {
        assertThat(api.buy(SALE.value(), buyer, "key", 1).status()).isEqualTo(201);
        assertThat(node.isReady()).isTrue();
    }

    private static boolean says(String state) {
        return api.get("/health/ready").text().contains('"' + state + '"');
    }

    @Test
    @Order(1)
    void startsAndSellsWithoutItsDatabase() {
        assertThat(api.create(SALE.value(), 1_000, 2).status()).isEqualTo(201);

        assertSells("ann");

        assertThat(says("STARTING")).isTrue();
    }

    @Test
    @Order(2)
    void writesWhatItSoldWhenTheDatabaseComes() {
        postgres.restart();

        soon().ignoreExceptions().untilAsserted(() -> check.assertWritten(SALE));
        soon().until(() -> says("WRITING"));
        soon().until(() -> api.metric("seckill_order_steps_total") == 2);
        soon().until(() -> api.metric("seckill_order_lag_movements") == 0);
    }

    @Test
    @Order(3)
    void sellsOnWhileTheDatabaseIsAwayAndWritesItAllWhenItIsBack() {
        for (int i = 0; i < 3; i++) {
            postgres.kill();
            assertSells("away-" + i);
            soon().until(() -> says("AWAY"));
            assertSells("still-away-" + i);

            postgres.restart();
            soon().ignoreExceptions().untilAsserted(() -> check.assertWritten(SALE));
        }
    }

    @Test
    @Order(4)
    void sellsOnWhileTheDatabaseSaysNothing() {
        postgres.freeze();
        try {
            assertSells("bob");
            soon().until(() -> says("AWAY"));
            assertSells("cid");
        } finally {
            postgres.unfreeze();
        }

        soon().ignoreExceptions().untilAsserted(() -> check.assertWritten(SALE));
    }

    @Test
    @Order(5)
    void archivesASaleOnlyWhenTheDatabaseHasAllOfIt() {
        assertThat(api.create("brief", 10, 2).status()).isEqualTo(201);
        postgres.kill();
        assertThat(api.change("brief", "\"state\": \"CLOSED\"").status()).isEqualTo(200);
        Api.Reply early = api.change("brief", "\"state\": \"ARCHIVED\"");
        assertThat(early.status()).isEqualTo(409);
        assertThat(early.problem()).isEqualTo("still-unwritten");

        postgres.restart();
        soon().until(() -> api.change("brief", "\"state\": \"ARCHIVED\"").status() == 200);

        soon().untilAsserted(() -> assertThat(
                        check.list("SELECT state FROM sales JOIN progress USING (sale) WHERE sale = 'brief'"
                                + " AND finished_at IS NOT NULL"))
                .containsExactly("ARCHIVED"));
    }

    @Test
    @Order(6)
    void goesOnAfterItWasKilled() {
        for (int i = 0; i < 20; i++) {
            assertSells("before-" + i);
        }
        node.kill();
        node.restart();
        assertSells("after");

        soon().untilAsserted(() -> check.assertWritten(SALE));
    }

    @Test
    @Order(7)
    void sellsOnAfterSomebodyHasChangedItsStockByHandAndShowsIt() {
        RedisShell shell = new RedisShell(redis);
        shell.ask("HINCRBY seckill:{" + SALE + "}:stock remaining -7");
        assertThat(api.buy(SALE.value(), "while-damaged", "key", 1).status()).isEqualTo(429);

        soon().until(() -> api.buy(SALE.value(), "once-more", "key", 1).status() == 201);

        // until it is compared again and agrees
        assertThat(api.metric("seckill_drift\\{[^}]*sale=\"" + SALE + "\"[^}]*}"))
                .isEqualTo(7);
        assertThat(api.get("/health/ready").text()).contains("drift 7 tickets");
        soon().until(() -> api.metric("seckill_corrections_total") == 1);
        soon().untilAsserted(() -> check.assertWritten(SALE));
        soon().until(() -> !api.get("/health/ready").text().contains("drifting"));
    }

    @Test
    @Order(8)
    void archivesASaleOnlyWhenItsLedgerAndItsOrdersAgree() {
        RedisShell shell = new RedisShell(redis);
        assertThat(api.create("agreed", 10, 2).status()).isEqualTo(201);
        String reservation = api.buy("agreed", "ann", "key", 1).id();
        assertThat(api.cancel(reservation, "ann").status()).isEqualTo(200);
        assertThat(api.change("agreed", "\"state\": \"CLOSED\"").status()).isEqualTo(200);
        String code = reservation.substring(reservation.indexOf('.') + 1);
        String record = shell.ask("HGET seckill:{agreed}:reservations " + code);
        shell.ask("HSET seckill:{agreed}:reservations " + code + " " + record.replace("|ann", "|mallory"));
        soon().until(() ->
                api.change("agreed", "\"state\": \"ARCHIVED\"").problem().equals("still-different"));

        shell.ask("HSET seckill:{agreed}:reservations " + code + " " + record);

        assertThat(api.change("agreed", "\"state\": \"ARCHIVED\"").status()).isEqualTo(200);
        soon().untilAsserted(() -> assertThat(check.list(
                        "SELECT capacity || ' ' || state FROM sales JOIN progress USING (sale) WHERE sale = 'agreed'"
                                + " AND finished_at IS NOT NULL"))
                .containsExactly("10 ARCHIVED"));
    }

    @Test
    @Order(9)
    void leavesItsSalesToOthersWhenItIsToldToStop() {
        assertThat(check.list("SELECT writer FROM writers WHERE alive_until > clock_timestamp()"))
                .hasSize(1);
        node.terminate();
        node.awaitEnd(SOON);

        assertThat(check.list("SELECT writer FROM writers WHERE alive_until > clock_timestamp()"))
                .isEmpty();
        assertThat(check.list("SELECT writer FROM progress WHERE writer IS NOT NULL"))
                .isEmpty();
    }
}
