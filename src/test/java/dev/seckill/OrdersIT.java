package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.seckill.identity.Role;
import dev.seckill.order.OrderCheck;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A node with a database that comes, goes and comes back. In order, because a start costs ten seconds: each test goes on with what
 * the one before has left. Touches a node process, a Redis and a PostgreSQL of its own.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OrdersIT {
    private static final SaleId SALE = new SaleId("recorded");
    private static final SaleId OFFICE = new SaleId("office");
    private static final String OPERATOR = "operator-of-the-tests";

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
                .with(
                        postgres.environment(),
                        "-Dseckill.database.timeout=PT2S",
                        "-Dseckill.order.reconcile-every=PT5S");
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

    private static void assertNobodyCanLook() {
        for (Api.Reply reply : List.of(
                api.get("/api/orders", Api.BUYER, "ann"),
                api.operator("GET", "/api/operator/orders?sale=" + SALE, null),
                api.operator("POST", "/api/operator/kept-aside/retry", "{\"sale\": \"" + SALE + "\"}"))) {
            assertThat(reply.status()).as(reply.text()).isEqualTo(503);
            assertThat(reply.problem()).isEqualTo("orders-away");
            assertThat(reply.header("Retry-After")).isEqualTo("2");
        }
    }

    /** All of a list by its links, each part as the API's document says. */
    private static List<JsonNode> list(String name, String path, String token) {
        ApiDocument document = ApiDocument.read();
        ApiDocument.Operation operation = document.operations().stream()
                .filter(each -> each.toString().equals("GET " + path.replaceFirst("\\?.*", "")))
                .findAny()
                .orElseThrow();
        List<JsonNode> all = new ArrayList<>();
        for (String next = path; !next.isEmpty(); ) {
            Api.Reply reply = api.get(next, Api.AUTHORIZATION, "Bearer " + token);
            assertThat(reply.status()).as(reply.text()).isEqualTo(200);
            JsonNode schema = document.answer(operation, 200).at("/content/application~1json/schema");
            assertThat(document.faults(reply.json(), schema)).isEmpty();
            reply.json().path(name).forEach(all::add);
            next = reply.json().path("next").asText();
            assertThat(reply.header("Link")).isEqualTo(next.isEmpty() ? "" : "<" + next + ">; rel=\"next\"");
        }
        return all;
    }

    private static List<String> texts(List<JsonNode> all, String... fields) {
        return all.stream()
                .map(each -> Stream.of(fields)
                        .map(field -> each.path(field).asText())
                        .collect(Collectors.joining(" ")))
                .toList();
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
        assertNobodyCanLook();
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
            assertNobodyCanLook();
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
    void showsABuyerItsOwnOrdersAndOperatorsEverybodys() {
        assertThat(api.create(OFFICE.value(), 100, 100).status()).isEqualTo(201);
        List<String> anns = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            anns.add(0, api.buy(OFFICE.value(), "ann", "key-" + i, 2).id());
        }
        String bobs = api.buy(OFFICE.value(), "bob", "key", 1).id();
        assertThat(api.cancel(anns.get(1), "ann").status()).isEqualTo(200);
        soon().ignoreExceptions().untilAsserted(() -> check.assertWritten(OFFICE));

        List<JsonNode> own = list("orders", "/api/orders?limit=2&sale=" + OFFICE, TestIssuer.buyer("ann"));
        assertThat(texts(own, "id")).isEqualTo(anns);
        assertThat(texts(own, "buyer", "quantity", "status"))
                .containsExactly(
                        "ann 2 RESERVED", "ann 2 CANCELLED", "ann 2 RESERVED", "ann 2 RESERVED", "ann 2 RESERVED");
        assertThat(own.get(0).path("reserved_at"))
                .as("as the reservation has it")
                .isEqualTo(api.get("/api/reservations/" + anns.get(0), Api.BUYER, "ann")
                        .json()
                        .path("reserved_at"));
        assertThat(texts(list("orders", "/api/orders?status=CANCELLED", TestIssuer.buyer("ann")), "id"))
                .containsExactly(anns.get(1));
        assertThat(texts(list("orders", "/api/orders", TestIssuer.buyer("ann")), "sale"))
                .as("of all sales")
                .hasSize(6)
                .contains(SALE.value());
        assertThat(list("orders", "/api/orders", TestIssuer.buyer("nobody-yet")))
                .isEmpty();

        String found = "/api/operator/orders?";
        assertThat(texts(list("orders", found + "limit=4&sale=" + OFFICE, TestIssuer.operator()), "id"))
                .hasSize(6)
                .startsWith(bobs)
                .containsAll(anns);
        assertThat(texts(list("orders", found + "buyer=bob&status=RESERVED", TestIssuer.operator()), "id"))
                .contains(bobs);
        assertThat(texts(list("orders", found + "id=" + bobs, TestIssuer.operator()), "buyer"))
                .containsExactly("bob");
    }

    @ParameterizedTest
    @Order(7)
    @ValueSource(
            strings = {
                "/api/orders?buyer=bob",
                "/api/orders?sale=Office",
                "/api/orders?status=SOLD",
                "/api/orders?limit=0",
                "/api/orders?limit=101",
                "/api/orders?limit=",
                "/api/orders?limit=1&limit=2",
                "/api/orders?after=bm90aGluZw",
                "/api/operator/orders",
                "/api/operator/orders?status=PAID",
                "/api/operator/orders?buyer=a%20b",
                "/api/operator/orders?id=office",
                "/api/operator/kept-aside?after=x",
                "/api/operator/actions?after=x",
                "/api/operator/actions?by=olga",
            })
    void refusesWhatItDoesNotUnderstand(String path) {
        String token = TestIssuer.token("ann", Role.BUYER, Role.OPERATOR);

        Api.Reply reply = api.get(path, Api.AUTHORIZATION, "Bearer " + token);

        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.problem()).isEqualTo("bad-input");
    }

    @Test
    @Order(8)
    void showsWhatCouldNotBeWrittenAndTriesItAgain() {
        RedisShell shell = new RedisShell(redis);
        String key = "seckill:{" + OFFICE + "}:";
        String seq = shell.ask("HINCRBY " + key + "stock seq 1");
        shell.ask("XADD " + key + "movements 1-" + seq
                + " movement EXPIRED at_ms 1769853900733 to remaining AAAAAAAAAAAAAAAAAAAAAA 1|cid");
        soon().until(() -> list("kept_aside", "/api/operator/kept-aside?sale=" + OFFICE, TestIssuer.operator())
                        .size()
                == 1);

        JsonNode kept = list("kept_aside", "/api/operator/kept-aside", TestIssuer.operator())
                .get(0);
        assertThat(texts(List.of(kept), "sale", "place", "reservation", "kind", "reason"))
                .containsExactly("office 1-" + seq + " office.AAAAAAAAAAAAAAAAAAAAAA EXPIRED has no order");
        assertThat(kept.at("/movement/AAAAAAAAAAAAAAAAAAAAAA").asText()).isEqualTo("1|cid");

        Api.Reply tried = api.operator("POST", "/api/operator/kept-aside/retry", "{\"sale\": \"office\"}");
        assertThat(tried.status()).isEqualTo(200);
        assertThat(tried.text()).isEqualTo("{\"sale\":\"office\",\"written\":0,\"waiting\":1}");
        assertThat(api.operator("POST", "/api/operator/kept-aside/retry", "{\"sale\": \"no-such-sale\"}")
                        .problem())
                .isEqualTo("no-sale");
    }

    @Test
    @Order(9)
    void logsWhatOperatorsDid() {
        String otto = TestIssuer.token("idp|o'tt\u00f6", Role.OPERATOR);
        assertThat(api.send(
                                "PATCH",
                                "/api/sales/" + OFFICE,
                                "{\"state\": \"PAUSED\", \"capacity\": 150}",
                                Api.AUTHORIZATION,
                                "Bearer " + otto)
                        .status())
                .isEqualTo(200);

        String actions = "/api/operator/actions?limit=2&sale=" + OFFICE;
        soon().untilAsserted(() -> assertThat(
                        texts(list("actions", actions, TestIssuer.operator()), "operator", "action", "detail"))
                .containsExactly(
                        "idp|o'tt\u00f6 ADD_CAPACITY +50 tickets",
                        "idp|o'tt\u00f6 CHANGE_STATE PAUSED",
                        OPERATOR + " RETRY_KEPT_ASIDE 0 written, 1 wait",
                        OPERATOR + " CREATE_SALE 100 tickets"));
        assertThat(list("actions", "/api/operator/actions?operator=idp%7Co%27tt%C3%B6&limit=1", otto))
                .hasSize(2);
        assertThat(texts(list("actions", "/api/operator/actions?sale=brief", otto), "action", "detail"))
                .as("archived, so that the ledger has none of it")
                .startsWith("ARCHIVE_SALE asked to archive")
                .endsWith("CHANGE_STATE CLOSED", "CREATE_SALE 10 tickets");
    }

    @Test
    @Order(10)
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
    @Order(11)
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
        soon().until(() -> !api.get("/health/ready").text().contains("drift 7 tickets"));
    }

    @Test
    @Order(12)
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
    @Order(13)
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
