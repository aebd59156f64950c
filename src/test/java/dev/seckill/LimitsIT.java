package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.Api.Reply;
import dev.seckill.RawClient.Answer;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Nobody asks a node more often than its settings allow, whatever they write in their headers. This node believes
 * X-Forwarded-For of this machine, so that each test has addresses of its own. Touches a node and one Redis.
 */
class LimitsIT {
    private static final int AT_ONCE = 30;
    private static final int PURCHASES = 4;
    private static final int POLLS = 5;
    private static final String FORWARDED = "X-Forwarded-For";
    private static final AtomicInteger SALES = new AtomicInteger();

    private static RedisServer redis;
    private static NodeProcess node;

    private final String sale = "limited-" + SALES.incrementAndGet();
    private final Api api = node.api();

    @BeforeAll
    static void open() {
        redis = RedisServer.start();
        node = NodeProcess.start(
                redis.address(),
                "-Dseckill.limit.exempt=198.51.100.0/24,127.0.0.1",
                "-Dseckill.limit.trusted-proxies=127.0.0.0/8,10.0.0.0/8",
                "-Dseckill.limit.address.at-once=" + AT_ONCE,
                "-Dseckill.limit.address.per-second=1",
                "-Dseckill.limit.purchases.at-once=" + PURCHASES,
                "-Dseckill.limit.purchases.per-second=1",
                "-Dseckill.limit.polls.at-once=" + POLLS,
                "-Dseckill.limit.polls.per-second=1");
    }

    @AfterAll
    static void close() {
        node.close();
        redis.close();
    }

    /** The answers to so many requests, one after the other. */
    private List<Reply> flood(int requests, String path, String... headers) {
        return IntStream.range(0, requests)
                .mapToObj(i -> api.get(path, headers))
                .toList();
    }

    private static long refused(List<Reply> replies) {
        return replies.stream().filter(reply -> reply.status() == 429).count();
    }

    private static void assertTooMany(Reply reply, String policy) {
        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.problem()).isEqualTo("too-many");
        assertThat(reply.header("Retry-After")).isEqualTo("1");
        assertThat(reply.header("RateLimit-Policy")).isEqualTo(policy);
        assertThat(reply.header("RateLimit")).isEqualTo(policy.replaceFirst(";.*", ";r=0;t=1"));
        assertThat(reply.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void letsAnAddressAskNoMoreThanItMayAndEverybodyElseAsBefore() {
        List<Reply> replies = flood(2 * AT_ONCE, "/api/sales", FORWARDED, "203.0.113.1");

        assertThat(refused(replies)).isBetween(AT_ONCE - 5L, (long) AT_ONCE);
        assertThat(replies.subList(0, AT_ONCE)).allMatch(reply -> reply.status() == 200);
        assertTooMany(replies.get(replies.size() - 1), "\"address\";q=30;w=30");
        assertThat(api.get("/api/sales", FORWARDED, "203.0.113.2").status()).isEqualTo(200);
        assertThat(api.get("/buy/ticket", FORWARDED, "203.0.113.1").status()).isEqualTo(429);
        assertThat(api.get("/api/no/such/path", FORWARDED, "203.0.113.1").status())
                .isEqualTo(429);
        assertThat(api.get("/health/live", FORWARDED, "203.0.113.1").status())
                .as("whoever looks after the node")
                .isEqualTo(200);
    }

    @Test
    void letsItAskAgainAfterTheTimeThatTheRefusalNames() throws InterruptedException {
        List<Reply> replies = flood(AT_ONCE + 5, "/api/sales", FORWARDED, "203.0.113.3");
        Reply last = replies.get(replies.size() - 1);
        assertThat(last.status()).isEqualTo(429);

        Thread.sleep(
                Duration.ofSeconds(Long.parseLong(last.header("Retry-After"))).toMillis());

        assertThat(api.get("/api/sales", FORWARDED, "203.0.113.3").status()).isEqualTo(200);
    }

    @Test
    void isNotGotRoundByWhateverABuyerWritesInTheHeader() {
        List<Reply> replies = IntStream.range(0, 2 * AT_ONCE)
                .mapToObj(i -> api.get("/api/sales", FORWARDED, "198.51.100." + i + ", nonsense, 203.0.113.4"))
                .toList();
        List<Reply> throughTwoProxies = IntStream.range(0, AT_ONCE)
                .mapToObj(i -> api.get("/api/sales", FORWARDED, "203.0.113.4, 10.1.1." + i))
                .toList();

        assertThat(refused(replies)).isGreaterThan(AT_ONCE - 5);
        assertThat(refused(throughTwoProxies)).isGreaterThan(AT_ONCE - 5);
    }

    @Test
    void countsAHouseOfIpv6AsOne() {
        List<Reply> replies = IntStream.range(0, 2 * AT_ONCE)
                .mapToObj(i -> api.get("/api/sales", FORWARDED, "2001:db8:1:2::" + Integer.toHexString(i)))
                .toList();

        assertThat(refused(replies)).isGreaterThan(AT_ONCE - 5);
        assertThat(api.get("/api/sales", FORWARDED, "2001:db8:1:3::1").status()).isEqualTo(200);
    }

    @Test
    void letsExemptNetworksAskAsOftenAsTheyLike() {
        assertThat(refused(flood(5 * AT_ONCE, "/api/sales", FORWARDED, "198.51.100.7")))
                .isZero();
    }

    @Test
    void keepsTheConnectionOfWhomItRefuses() throws IOException {
        flood(AT_ONCE + 5, "/api/sales", FORWARDED, "203.0.113.5");
        String request = "POST /api/sales/" + sale + "/reservations HTTP/1.1\r\nHost: node\r\n" + FORWARDED
                + ": 203.0.113.5\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{\"quantity\":1}";

        try (RawClient client = RawClient.connect(node.port(), Duration.ofSeconds(5))) {
            for (int i = 0; i < 10; i++) {
                client.send(request);
                Answer answer = client.answer(true).orElseThrow();
                assertThat(answer.status()).isEqualTo(429);
                assertThat(answer.closes()).isFalse();
            }
        }
    }

    @Test
    void letsABuyerReserveAndCancelNoMoreThanItMay() {
        putOn();

        List<Reply> replies = untilRefused(i -> buy("ann", "key-" + i));

        assertTooMany(last(replies), "\"purchases\";q=4;w=4");
        List<Reply> cancelled = untilRefused(i -> api.send(
                "DELETE", replies.get(0).header("Location"), null, Api.BUYER, "ann", FORWARDED, "198.51.100.7"));
        assertTooMany(last(cancelled), "\"purchases\";q=4;w=4");
        assertThat(buy("bob", "key").status()).as("somebody else").isEqualTo(201);
        int given = cancelled.size() > 1 ? 1 : 0;
        assertThat(api.sums(sale).reserved()).isEqualTo(replies.size() - 1 - given + 1);
    }

    /** The doorkeeper and JAX-RS sell under one limit; so does the ticket page, by name. */
    @Test
    void countsABuyerOnceWhicheverWayItBuys() {
        putOn();
        TicketSale.leave(api, 1);
        String path = "/api/sales/" + sale + "/reservations";

        List<Reply> replies = untilRefused(i -> api.send(
                "POST",
                path,
                "{\"quantity\": 1}",
                Api.BUYER,
                "cyd",
                Api.KEY,
                "key-" + i,
                FORWARDED,
                "198.51.100.7",
                "Content-Type",
                i % 2 == 0 ? "application/json" : "application/json;charset=UTF-8"));

        assertTooMany(last(replies), "\"purchases\";q=4;w=4");
        assertTooMany(
                last(untilRefused(i -> api.get("/buy/ticket", Api.BUYER, "cyd", FORWARDED, "198.51.100.7"))),
                "\"purchases\";q=4;w=4");
    }

    @Test
    void letsABuyerLookNoMoreThanItMay() {
        putOn();
        String location = buy("dan", "key").header("Location");

        List<Reply> replies = untilRefused(i -> api.get(location, Api.BUYER, "dan", FORWARDED, "198.51.100.7"));

        assertThat(replies).hasSizeGreaterThan(POLLS);
        assertTooMany(last(replies), "\"polls\";q=5;w=5");
        assertThat(buy("dan", "another").status()).as("a purchase").isEqualTo(201);

        List<Reply> lists = untilRefused(i -> api.get("/api/orders", Api.BUYER, "dee", FORWARDED, "198.51.100.8"));

        assertThat(lists).hasSizeGreaterThan(POLLS);
        assertTooMany(last(lists), "\"polls\";q=5;w=5");
    }

    /** What this node refuses by itself costs the ledger nothing, so it is the address's affair alone. */
    @Test
    void doesNotCountWhatTheGateRefuses() {
        putOn();
        String soldOut = sale + "-out";
        assertThat(api.create(soldOut, 1, 1).status()).isEqualTo(201);
        assertThat(api.send(purchase(soldOut, "winner", "key")).status()).isEqualTo(201);

        long refusals = IntStream.range(0, 50)
                .mapToObj(i -> api.send(purchase(soldOut, "eve", "key-" + i)))
                .filter(reply -> reply.problem().equals("sold-out"))
                .count();

        assertThat(refusals).isGreaterThan(PURCHASES + 10L);
    }

    @Test
    void countsWhatItRefuses() {
        double before = api.metric("seckill_limited_total\\{[^}]*by=\"address\"[^}]*}");

        long refused = refused(flood(AT_ONCE + 10, "/api/sales", FORWARDED, "203.0.113.6"));

        assertThat(api.metric("seckill_limited_total\\{[^}]*by=\"address\"[^}]*}") - before)
                .isEqualTo((double) refused);
    }

    /** Asks until it is told that it is too often: after as many as there may be at once, or some more on a slow machine. */
    private static List<Reply> untilRefused(IntFunction<Reply> request) {
        List<Reply> replies = new ArrayList<>();
        do {
            replies.add(request.apply(replies.size()));
        } while (last(replies).status() != 429 && replies.size() < 3 * PURCHASES);
        assertThat(replies.subList(0, replies.size() - 1))
                .as("this node keeps no orders, which is counted all the same")
                .allMatch(reply -> reply.status() < 300 || reply.problem().equals("no-orders"));
        return replies;
    }

    private static Reply last(List<Reply> replies) {
        return replies.get(replies.size() - 1);
    }

    private void putOn() {
        assertThat(api.create(sale, 1_000, 100).status()).isEqualTo(201);
    }

    private Reply buy(String buyer, String key) {
        return api.send(purchase(sale, buyer, key));
    }

    private HttpRequest purchase(String of, String buyer, String key) {
        return api.request(
                "POST",
                "/api/sales/" + of + "/reservations",
                "{\"quantity\": 1}",
                Api.BUYER,
                buyer,
                Api.KEY,
                key,
                FORWARDED,
                "198.51.100.7");
    }
}
