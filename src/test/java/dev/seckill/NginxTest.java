package dev.seckill;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.seckill.Api.Reply;
import dev.seckill.RawClient.Answer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Buyers go through nginx to four nodes and a standby. Touches one nginx, loopback, stub nodes. */
@Needs(Needs.Extra.NGINX)
class NginxTest {
    private static final String PURCHASE = "/api/sales/demo/reservations";
    private static final String SALE = "/api/sales/demo";
    private static final String TICKET = "/buy/ticket";
    private static final String SOLD_OUT = "X-Accel-Expires";
    private static final String ONE_TICKET = "{\"quantity\": 1}";
    private static final String HOME = "GET / HTTP/1.1\r\nHost: load_balance.com\r\n\r\n";
    private static final String ADDRESS_RATE = "rate=100r/s";
    /** With which a slow machine too asks faster than it may. */
    private static final String SLOW_RATE = "rate=1r/s";

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<StubNode> nodes = Stream.generate(StubNode::new).limit(5).toList();
    private final Nginx nginx = Nginx.of(nodes);
    private final Api api = new Api(URI.create("http://127.0.0.1:" + nginx.port()));

    private final ExecutorService slowBuyers = Executors.newCachedThreadPool();

    @AfterEach
    void endAll() {
        slowBuyers.shutdownNow();
        nginx.close();
        nodes.forEach(StubNode::close);
    }

    @Test
    void givesTheNodesOneTwoThreeAndFourOfTenBuyersAndCountsThemInItsLog() {
        nginx.start();

        for (int i = 0; i < 100; i++) {
            assertThat(api.get("/").status()).isEqualTo(200);
        }

        assertThat(counts()).containsExactly(10, 20, 30, 40, 0);
        await().atMost(PATIENCE).until(() -> nginx.log().size() >= 100);
        Map<String, Long> logged = nginx.log().stream()
                .filter(line -> !line.path("node").asText().isEmpty())
                .collect(groupingBy(line -> line.path("node").asText(), counting()));
        assertThat(logged)
                .containsEntry("127.0.0.1:" + nodes.get(3).port(), 40L)
                .hasSize(4);
    }

    @Test
    void givesEachNodeAsManyByRoundRobin() {
        nginx.change("nginx.conf", "weighted.conf", "round-robin.conf").start();

        for (int i = 0; i < 20; i++) {
            api.get("/");
        }

        assertThat(counts()).containsExactly(5, 5, 5, 5, 0);
    }

    @Test
    void keepsAnAddressOnItsNodeByIpHash() {
        nginx.change("nginx.conf", "weighted.conf", "ip-hash.conf").start();

        for (int i = 0; i < 20; i++) {
            api.get("/", Nginx.ADDRESS, "198.51.100.7");
        }
        assertThat(counts()).containsOnlyOnce(20);

        for (int network = 0; network < 100; network++) {
            api.get("/", Nginx.ADDRESS, "10.0." + network + ".1");
        }
        assertThat(counts().subList(0, 4)).as("others on others").doesNotContain(0);
    }

    @Test
    void buysNothingTwiceWhenTheNodeDiesInTheMiddle() {
        nginx.start();
        nodes.forEach(node -> node.answer(request -> null));

        Reply bought = api.get(TICKET);
        assertThat(heard()).hasSize(1);
        assertThat(bought.status()).isEqualTo(502);
        assertThat(bought.problem()).isEqualTo("fault");
        assertThat(bought.header("Retry-After")).isEqualTo("1");

        assertThat(api.send("POST", PURCHASE, ONE_TICKET).status()).isEqualTo(502);
        assertThat(heard()).hasSize(2);
    }

    @Test
    void asksANodeAsItWasAskedBecauseAGetBuys() {
        nginx.start();

        api.send("HEAD", TICKET, null);

        assertThat(heard()).extracting(StubNode.Heard::method).containsExactly("HEAD");
    }

    @Test
    void asksAnotherNodeOnlyWhenThatChangesNothing() {
        nginx.start();
        AtomicInteger dead = new AtomicInteger(1);
        nodes.forEach(node ->
                node.answer(request -> dead.getAndDecrement() > 0 ? null : StubNode.Answer.of(200, request.method())));

        assertThat(api.get("/api/orders").status()).isEqualTo(200);

        assertThat(heard()).hasSize(2);
    }

    @Test
    void sendsAPurchaseToAnotherNodeWhenOneRefusesTheConnection() {
        nginx.start();
        nodes.subList(1, 4).forEach(StubNode::close);

        for (int i = 0; i < 10; i++) {
            assertThat(api.send("POST", PURCHASE, ONE_TICKET).status()).isEqualTo(200);
        }

        assertThat(counts()).as("each once").containsExactly(10, 0, 0, 0, 0);
    }

    @Test
    void hasAStandbyForWhenAllNodesAreGone() {
        nginx.start();
        nodes.subList(0, 4).forEach(StubNode::close);

        await().atMost(PATIENCE)
                .until(() -> api.send("POST", PURCHASE, ONE_TICKET).status() == 200);

        assertThat(counts().get(4)).isPositive();
    }

    @Test
    void takesBusyForAnAnswerAndNoNodeOut() {
        nginx.start();
        for (int status : new int[] {429, 503}) {
            nodes.forEach(node -> node.answer(request -> StubNode.Answer.of(status, "busy", "Retry-After", "7")));
            for (int i = 0; i < 20; i++) {
                for (Reply reply :
                        List.of(api.get(TICKET), api.get("/api/orders"), api.send("POST", PURCHASE, ONE_TICKET))) {
                    assertThat(reply.status()).isEqualTo(status);
                    assertThat(reply.text()).isEqualTo("busy");
                    assertThat(reply.header("Retry-After")).isEqualTo("7");
                }
            }
        }

        assertThat(counts()).containsExactly(12, 24, 36, 48, 0);
    }

    @Test
    void saysForASecondWhatIsTheSameForEverybody() {
        nodes.forEach(node -> node.answer(
                request -> StubNode.Answer.of(200, Long.toString(System.nanoTime()), "Cache-Control", "no-cache")));
        nginx.start();
        long start = System.nanoTime();
        int asked = 0;

        while (System.nanoTime() - start < Duration.ofMillis(2200).toNanos()) {
            long sent = System.nanoTime();
            long said = Long.parseLong(api.get(SALE).text());
            assertThat(Duration.ofNanos(sent - said)).isLessThan(Duration.ofMillis(1050));
            asked++;
        }

        assertThat(asked).isGreaterThan(20);
        assertThat(heard().size()).as("the nodes hear one a second").isBetween(3, 4);
    }

    @Test
    void keepsSoldOutForAMomentAndNothingElseAndNothingOfABuyers() {
        AtomicInteger count = new AtomicInteger();
        List<String> headers = new CopyOnWriteArrayList<>();
        nodes.forEach(node -> node.answer(request ->
                StubNode.Answer.of(200, Integer.toString(count.incrementAndGet()), headers.toArray(String[]::new))));
        nginx.start();
        headers.addAll(List.of("Cache-Control", "no-store"));

        assertThat(differentAnswers(TICKET)).as("not known sold out").isEqualTo(10);
        headers.addAll(List.of(SOLD_OUT, "1"));
        assertThat(differentAnswers(TICKET)).as("sold out").isLessThanOrEqualTo(3);
        assertThat(api.get(TICKET).header(SOLD_OUT))
                .as("nobody else's business")
                .isEmpty();

        assertThat(differentAnswers(TICKET, Api.AUTHORIZATION, "Bearer a")).isEqualTo(10);
        assertThat(differentAnswers(TICKET, Api.KEY, "a")).isEqualTo(10);
        assertThat(differentAnswers(SALE)).isLessThanOrEqualTo(3);
        assertThat(differentAnswers(SALE, Api.AUTHORIZATION, "Bearer a")).isEqualTo(10);
        assertThat(differentAnswers(SALE + "?now")).isEqualTo(10);
        assertThat(differentAnswers("/api/orders")).as("whatever a node says").isEqualTo(10);
        headers.addAll(List.of("Set-Cookie", "a=b"));
        assertThat(differentAnswers("/api/sales")).isEqualTo(10);
    }

    private long differentAnswers(String path, String... headers) {
        return IntStream.range(0, 10)
                .mapToObj(i -> api.get(path, headers).text())
                .distinct()
                .count();
    }

    @Test
    void letsNobodyAskMoreThanItMayAndSaysWhenToComeAgain() {
        nginx.change("limits.conf", ADDRESS_RATE, SLOW_RATE).start();
        String[] ann = {Nginx.ADDRESS, "192.0.2.1", Api.AUTHORIZATION, token("ann")};
        String[] bob = {Nginx.ADDRESS, "192.0.2.1", Api.AUTHORIZATION, token("bob")};
        String[] eve = {Nginx.ADDRESS, "192.0.2.1", Api.AUTHORIZATION, token("eve")};

        assertThat(refusedOf(40, TICKET, ann)).as("a buyer").isBetween(20L, 30L);
        assertThat(refusedOf(5, TICKET, bob)).as("another from there").isZero();
        assertThat(refusedOf(40, PURCHASE + "/", eve))
                .as("whatever a node takes for a purchase")
                .isBetween(20L, 30L);
        Reply refused = Stream.generate(() -> api.get(TICKET, ann))
                .limit(20)
                .filter(reply -> reply.status() == 429)
                .findFirst()
                .orElseThrow();
        assertThat(refused.problem()).isEqualTo("too-many");
        assertThat(refused.header("Retry-After")).isEqualTo("1");

        assertThat(refusedOf(600, "/", Nginx.ADDRESS, "2001:db8::1"))
                .as("an address")
                .isPositive();
        assertThat(refusedOf(100, "/", Nginx.ADDRESS, "2001:db8::2"))
                .as("its network")
                .isPositive();
        assertThat(refusedOf(100, "/", Nginx.ADDRESS, "2001:db8:0:1::1"))
                .as("another network")
                .isZero();
        assertThat(refusedOf(600, "/")).as("this machine").isZero();
    }

    private static String token(String buyer) {
        return "Bearer header.claims." + buyer.repeat(20);
    }

    /** So many requests as fast as they go, a few at once. */
    private long refusedOf(int count, String path, String... headers) {
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        long refused = 0;
        for (int done = 0; done < count; done += 50) {
            List<CompletableFuture<HttpResponse<Void>>> some = IntStream.range(0, Math.min(50, count - done))
                    .mapToObj(i -> http.sendAsync(api.request("GET", path, null, headers), BodyHandlers.discarding()))
                    .toList();
            refused += some.stream()
                    .filter(reply -> reply.join().statusCode() == 429)
                    .count();
        }
        return refused;
    }

    @Test
    void limitsThisMachineTooWithoutTheLinesThatExemptIt() {
        nginx.change("limits.conf", "127.0.0.0/8 0;", "")
                .change("limits.conf", ADDRESS_RATE, SLOW_RATE)
                .start();

        assertThat(refusedOf(600, "/")).isPositive();
    }

    @Test
    void saysBusyAtOnceWhenTooManyAreUnderWayWhoeverTheyAre() throws InterruptedException {
        nginx.change("limits.conf", "conn all-under-way 4096", "conn all-under-way 8")
                .start();
        CountDownLatch isFull = new CountDownLatch(8);
        CountDownLatch goOn = new CountDownLatch(1);
        nodes.forEach(node -> node.answer(request -> {
            isFull.countDown();
            hold(goOn);
            return StubNode.Answer.of(200, "at last");
        }));
        List<CompletableFuture<Reply>> slow = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> api.send("POST", PURCHASE, ONE_TICKET), slowBuyers))
                .toList();
        assertThat(isFull.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

        for (Reply refused : List.of(
                api.send("POST", PURCHASE, ONE_TICKET), api.get(TICKET), api.get(SALE, Nginx.ADDRESS, "192.0.2.1"))) {
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.problem()).isEqualTo("busy");
            assertThat(refused.header("Retry-After")).isEqualTo("1");
        }
        assertThat(heard()).as("no node hears of it").hasSize(8);
        assertThat(api.get("/health/ready").status()).as("who looks").isEqualTo(200);
        CompletableFuture<List<Reply>> operator = CompletableFuture.supplyAsync(
                () -> List.of(api.send("PATCH", SALE, "{}"), api.get("/api/operator/orders")), slowBuyers);
        await("an operator is heard").atMost(PATIENCE).until(() -> heard().size() == 9);
        goOn.countDown();
        assertThat(operator.join()).extracting(Reply::status).containsOnly(200);

        assertThat(slow).allSatisfy(bought -> assertThat(bought.join().text()).isEqualTo("at last"));
        assertThat(api.send("POST", PURCHASE, ONE_TICKET).status()).isEqualTo(200);
        assertThat(counts().get(4)).as("no node is out").isZero();
    }

    private static void hold(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void readsABodyOfEightKibibytesAndNoMore() {
        nginx.start();

        assertThat(api.send("POST", PURCHASE, "x".repeat(8192)).status()).isEqualTo(200);
        Reply refused = api.send("POST", PURCHASE, "x".repeat(8193));

        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.problem()).isEqualTo("http");
        assertThat(heard()).singleElement().satisfies(request -> assertThat(request.bodyLength())
                .isEqualTo(8192));
    }

    @Test
    void waitsForSlowClientsItselfAndNotForLong() throws IOException {
        nginx.change("limits.conf", "_timeout 5s;", "_timeout 1s;").start();

        try (RawClient head = RawClient.connect(nginx.port(), PATIENCE);
                RawClient body = RawClient.connect(nginx.port(), PATIENCE)) {
            head.send("GET /api/sales HTTP/1.1\r\nHost: load_balance.com\r\nX");
            body.send("POST " + PURCHASE + " HTTP/1.1\r\nHost: load_balance.com\r\nContent-Length: 15\r\n\r\n{");

            assertThat(head.answers()).isEmpty();
            assertThat(body.answers()).isEmpty();
        }

        assertThat(heard()).as("no node waits").isEmpty();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(nginx.log())
                .filteredOn(line -> line.path("status").asText().equals("408"))
                .hasSize(2));
    }

    @Test
    void servesItsNamesAndTellsANodeWhoCame() throws IOException {
        nginx.start();
        for (String name : List.of("load_balance.com", "www.load_balance.com")) {
            Answer answer =
                    raw("GET /" + name + " HTTP/1.1\r\nHost: " + name + "\r\n" + Nginx.ADDRESS + ": 192.0.2.9\r\n"
                            + "X-Forwarded-For: 127.0.0.1\r\nForwarded: for=127.0.0.1\r\nUpgrade: h2c\r\n\r\n");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(heard())
                    .filteredOn(request -> request.target().equals("/" + name))
                    .singleElement()
                    .extracting(StubNode.Heard::headers)
                    .satisfies(headers -> {
                        assertThat(headers.get("Host")).containsExactly(name);
                        assertThat(headers.get("X-Forwarded-For")).containsExactly("192.0.2.9");
                        assertThat(headers).doesNotContainKeys("Forwarded", "Upgrade");
                    });
        }
    }

    @Test
    void passesNothingOnThatANodeReadsAsAnotherPath() throws IOException {
        nginx.start();

        for (String target : List.of(
                "/api/..;/buy/ticket",
                "/api/..%3B/buy/ticket",
                "/api/..\\buy/ticket",
                "/api/..%5Cbuy/ticket",
                "/x#/../metrics",
                "/api/x#/../../buy/ticket",
                "/api/sales#/../../buy/ticket",
                "/api/sales#?/../../buy/ticket")) {
            Answer refused = raw("GET " + target + " HTTP/1.1\r\nHost: load_balance.com\r\n\r\n");
            assertThat(refused.status()).as(target).isEqualTo(400);
            assertThat(refused.text()).as(target).contains("/problems.html#bad-input");
        }
        assertThat(raw("TRACE / HTTP/1.1\r\nHost: load_balance.com\r\n\r\n").status())
                .isEqualTo(405);
        assertThat(heard()).isEmpty();
    }

    @Test
    void showsTheHealthOfANodeToThisMachineOnly() {
        nginx.start();

        for (String path : List.of("/health", "/metrics")) {
            assertThat(api.get(path, Nginx.ADDRESS, "192.0.2.1").problem()).isEqualTo("http");
            assertThat(heard()).as(path).noneMatch(request -> request.target().equals(path));
            assertThat(api.get(path).status()).isEqualTo(200);
        }
    }

    @Test
    void logsOneJsonObjectALineWhateverItIsSent() throws IOException {
        nginx.start();

        raw("GET /\u00ff\"?token=secret HTTP/1.1\r\nHost: \u00fe\r\nUser-Agent: \"\u00ff\t\r\n\r\n");
        raw(String.join(
                "\r\n",
                "GET /last HTTP/1.1",
                "Host: load_balance.com",
                "User-Agent: \"quoted\"",
                "Authorization: Bearer secret",
                "",
                ""));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(nginx.log())
                .anySatisfy(line -> assertThat(line.path("path").asText()).isEqualTo("/last")));
        assertThat(nginx.log()).extracting(JsonNode::toString).noneMatch(line -> line.contains("secret"));
    }

    @Test
    void letsANodeInThatHasBeenReadyFiveTimesAndOutAtItsFirstNo() throws IOException {
        StubNode steady = nodes.get(0);
        StubNode wavering = nodes.get(3);
        nodes.subList(1, 5).forEach(node -> node.isReady(false));
        nginx.startWatching();
        assertThat(raw(HOME).status()).as("no node is ready").isEqualTo(502);

        await().atMost(PATIENCE).until(() -> raw(HOME).status() == 200);
        assertThat(steady.asked()).isGreaterThanOrEqualTo(5);
        assertThat(counts().subList(1, 5)).containsOnly(0);

        wavering.isReady(true);
        await().atMost(PATIENCE).until(() -> wavering.asked() >= 2);
        wavering.isReady(false);
        await().atMost(PATIENCE).until(() -> wavering.asked() >= 1);
        wavering.isReady(true);
        await().atMost(PATIENCE).until(() -> {
            raw(HOME);
            return !wavering.heard().isEmpty();
        });
        assertThat(wavering.asked()).as("counted anew").isGreaterThanOrEqualTo(5);

        steady.isReady(false);
        await().atMost(PATIENCE).until(() -> steady.asked() >= 2);
        assertThat(nginx.nodesIn()).as("before it is asked again").doesNotContain(steady.port());
        await().atMost(PATIENCE).until(() -> {
            int before = steady.heard().size();
            for (int i = 0; i < 10; i++) {
                assertThat(raw(HOME).status()).isEqualTo(200);
            }
            return steady.heard().size() == before;
        });
    }

    @Test
    void sendsNoBuyerToANodeThatStartsWhateverItSaysOnTheWay() {
        List<List<Integer>> starts = List.of(
                List.of(404, StubNode.SILENCE, 500, 503, 200, 404),
                List.of(404, StubNode.SILENCE, 200, 200, 200, 200, 500),
                List.of(500, StubNode.SILENCE, 404, 200, 200, 503),
                List.of(503, StubNode.SILENCE, 200, StubNode.SILENCE, 404, 200, 404));
        for (int i = 0; i < starts.size(); i++) {
            nodes.get(i).startsBy(starts.get(i));
        }
        nginx.startWatching();

        AtomicBoolean hasSold = new AtomicBoolean();
        await().atMost(PATIENCE.multipliedBy(3))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    Answer answer = raw(HOME);
                    if (hasSold.get() || answer.status() != 502) {
                        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
                        // a worker from before the standby came in may take a buyer or two after the first of the next
                        hasSold.set(counts().get(4) >= 10);
                    }
                    for (int i = 0; i < starts.size(); i++) {
                        if (counts().get(i) > 0) {
                            assertThat(nodes.get(i).asked())
                                    .isGreaterThanOrEqualTo(starts.get(i).size() + 5);
                        }
                    }
                    return counts().subList(0, 4).stream().allMatch(count -> count > 0);
                });
        assertThat(counts().get(4)).as("the standby, until then").isPositive();
    }

    /** On a connection of its own, as nginx closes idle ones when a node comes or goes. */
    private Answer raw(String request) throws IOException {
        try (RawClient client = RawClient.connect(nginx.port(), PATIENCE)) {
            client.send(request);
            Optional<Answer> answer = client.answer(true);
            return answer.orElseThrow();
        }
    }

    private List<StubNode.Heard> heard() {
        return nodes.stream().flatMap(node -> node.heard().stream()).toList();
    }

    private List<Integer> counts() {
        return nodes.stream().map(node -> node.heard().size()).toList();
    }
}
