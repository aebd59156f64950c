package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seckill.Api.Reply;
import dev.seckill.Api.Sums;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A node or its Redis dies without warning; every promise holds. Touches a node process and a Redis of its own. */
class RestartIT {
    private static final String KEY = "my-try";

    /** Redis is back within a tenth of a second; then a node has to reconnect and to take the ledger over. */
    private static final Duration BACK = Duration.ofSeconds(10);

    /** Longer than a gate's lease, a call's timeout and an attempt's deadline together. */
    private static final Duration AWAY = Duration.ofSeconds(5);

    /** More than can ask while it is away. */
    private static final int CAPACITY = 100_000;

    private static RedisServer redis;
    private static NodeProcess node;
    private static Api api;

    @BeforeAll
    static void start() {
        redis = RedisServer.start();
        node = NodeProcess.start(redis.address());
        api = node.api();
    }

    @AfterAll
    static void end() {
        if (node != null) {
            node.close();
        }
        redis.close();
    }

    @Test
    void keepsItsPromisesWhenTheNodeIsKilled() {
        String sale = "node-dies";
        assertThat(api.create(sale, 20, 1).status()).isEqualTo(201);
        Map<String, String> won = new LinkedHashMap<>();
        for (int i = 0; i < 20; i++) {
            Reply bought = api.buy(sale, "winner-" + i, KEY, 1);
            assertThat(bought.status()).isEqualTo(201);
            won.put("winner-" + i, bought.id());
        }
        assertThat(api.buy(sale, "late", KEY, 1).problem()).isEqualTo("sold-out");
        assertThat(api.cancel(won.get("winner-0"), "winner-0").status()).isEqualTo(200);
        Reply resold = await().atMost(Duration.ofSeconds(5))
                .until(() -> api.buy(sale, "lucky", KEY, 1), reply -> reply.status() == 201);
        won.put("lucky", resold.id());

        node.kill();
        node.restart();

        won.forEach((buyer, id) -> {
            Reply again = api.buy(sale, buyer, KEY, 1);
            assertThat(again.status()).as(buyer).isEqualTo(200);
            assertThat(again.id()).as(buyer).isEqualTo(id);
            assertThat(again.json().path("status").asText())
                    .as(buyer)
                    .isEqualTo(buyer.equals("winner-0") ? "CANCELLED" : "RESERVED");
        });
        for (int i = 0; i < 20; i++) {
            assertThat(api.buy(sale, "late-" + i, KEY, 1).problem()).isEqualTo("sold-out");
        }
        // The gate is closed by now, and this node has not sold to any of them itself.
        won.forEach((buyer, id) ->
                assertThat(api.buy(sale, buyer, KEY, 1).id()).as(buyer).isEqualTo(id));
        assertThat(api.sums(sale)).isEqualTo(new Sums(20, 0, 0, 20, 0));
    }

    @Test
    void whatIsUnknownWhileRedisIsFrozenIsKnownSoonAfter() {
        String sale = "redis-freezes";
        assertThat(api.create(sale, 10, 1).status()).isEqualTo(201);
        assertThat(api.buy(sale, "early", KEY, 1).status()).isEqualTo(201);

        redis.freeze();
        Reply unknown = api.buy(sale, "ann", KEY, 1);
        redis.unfreeze();

        assertThat(unknown.status()).as(unknown.text()).isEqualTo(202);
        assertThat(unknown.json().path("outcome").asText()).isEqualTo("UNKNOWN");
        assertThat(unknown.header("Location")).contains(unknown.id()).contains("?deadline_ms=");
        Reply known = await().atMost(BACK)
                .until(
                        () -> api.get(unknown.header("Location"), Api.BUYER, "ann"),
                        reply -> reply.status() == 200 || reply.status() == 404);
        Reply again = await().atMost(BACK).until(() -> api.buy(sale, "ann", KEY, 1), reply -> reply.status() != 429);
        assertThat(again.status()).isEqualTo(known.status() == 200 ? 200 : 201);
        assertThat(again.id()).isEqualTo(unknown.id());
        assertThat(api.sums(sale)).isEqualTo(new Sums(10, 8, 0, 2, 0));
    }

    @Test
    void saysBusyWhileRedisIsAwayAndSellsOnByItself() {
        String sale = "redis-dies";
        String soldOut = "redis-dies-sold-out";
        assertThat(api.get("/buy/ticket").json().path("code").asInt())
                .as("there is no such sale yet")
                .isEqualTo(-3);
        assertThat(api.create(sale, CAPACITY, 1).status()).isEqualTo(201);
        assertThat(api.create(soldOut, 1, 1).status()).isEqualTo(201);
        Map<String, Reply> before = new LinkedHashMap<>();
        for (int i = 0; i < 50; i++) {
            before.put("early-" + i, api.buy(sale, "early-" + i, KEY, 1));
        }
        assertThat(before.values())
                .allSatisfy(reply -> assertThat(reply.status()).isEqualTo(201));
        assertThat(api.buy(soldOut, "winner", KEY, 1).status()).isEqualTo(201);
        assertThat(api.buy(soldOut, "late", KEY, 1).problem()).isEqualTo("sold-out");

        redis.kill();

        Map<String, Reply> during = new TreeMap<>();
        long back = System.nanoTime() + AWAY.toNanos();
        for (int i = 0; System.nanoTime() < back; i++) {
            during.put("meanwhile-" + i, api.buy(sale, "meanwhile-" + i, KEY, 1));
            assertThat(node.isReady()).as("ready while Redis is away").isTrue();
        }
        assertThat(during.values())
                .as("nobody can have won")
                .allSatisfy(reply -> assertThat(reply.status()).isIn(429, 202))
                .filteredOn(reply -> reply.status() == 429)
                .isNotEmpty()
                .allSatisfy(reply -> assertThat(reply.problem()).isEqualTo("busy"))
                .allSatisfy(reply -> assertThat(reply.header("Retry-After")).isEqualTo("1"));
        assertThat(api.buy(soldOut, "late", KEY, 1).problem())
                .as("nobody knows whether it still is")
                .isEqualTo("busy");
        assertThat(api.buy(soldOut, "winner", KEY, 1).problem()).isEqualTo("busy");
        assertThat(api.get("/buy/ticket").json().path("code").asInt()).isIn(-2, -3);
        for (Reply blind : List.of(
                api.get(before.get("early-0").header("Location"), Api.BUYER, "early-0"),
                api.cancel(before.get("early-0").id(), "early-0"),
                api.change(sale, "\"state\": \"PAUSED\""))) {
            assertThat(blind.status()).as(blind.text()).isIn(202, 429, 503);
        }

        redis.restart();

        Set<String> heard = new TreeSet<>();
        await().pollInterval(Duration.ofMillis(50)).atMost(BACK).until(() -> {
            Reply reply = api.buy(sale, "first-again", KEY, 1);
            heard.add(reply.status() == 201 ? "won" : reply.status() + reply.problem());
            return reply.status() == 201;
        });
        heard.remove("won");
        assertThat(heard).isSubsetOf("429busy", "202");
        before.forEach((buyer, bought) -> {
            Reply again = api.buy(sale, buyer, KEY, 1);
            assertThat(again.status()).as(buyer).isEqualTo(200);
            assertThat(again.id()).as(buyer).isEqualTo(bought.id());
            assertThat(again.json().path("status").asText()).as(buyer).isEqualTo("RESERVED");
        });
        assertThat(api.sums(sale).reserved())
                .as("nothing was taken for who heard BUSY")
                .isEqualTo(51);
        during.keySet().forEach(buyer -> assertThat(api.buy(sale, buyer, KEY, 1).status())
                .as(buyer)
                .isEqualTo(201));
        assertThat(api.sums(sale))
                .isEqualTo(new Sums(CAPACITY, CAPACITY - 51 - during.size(), 0, 51 + during.size(), 0));
        // Each sale is adopted by itself; until then its buyers hear BUSY, and nothing else.
        Reply late = await().atMost(BACK).until(() -> api.buy(soldOut, "late", KEY, 1), reply -> !reply.problem()
                .equals("busy"));
        assertThat(late.problem()).isEqualTo("sold-out");
        assertThat(api.buy(soldOut, "winner", KEY, 1).status()).isEqualTo(200);
    }
}
