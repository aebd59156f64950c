package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seckill.Api.Reply;
import dev.seckill.Promises.Cuts;
import dev.seckill.ledger.Ledgers;
import dev.seckill.ledger.Movement;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.Cluster;
import dev.seckill.trial.ClusterPlan;
import dev.seckill.trial.DataFolder;
import dev.seckill.trial.RollingRestart;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Four nodes behind nginx, as {@code scripts/cluster} starts them, and parts of them killed, stopped and frozen in the middle of a
 * sale. Buyers come through nginx; what they hear instead of an answer is a broken connection, or nginx that says that no node
 * has answered, and they ask again with their key. In order, because a start costs ten seconds and more: each test goes on with
 * the nodes of the one before. Touches a cluster.
 */
@Needs(Needs.Extra.NGINX)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterIT {
    private static final int NODES = 4;
    private static final String ONE_IS_DEAD = "one-is-dead";

    /** A tick of the timer and the rest of half a second make a second and a half; three times that. */
    private static final Duration RESTOCKED = Duration.ofMillis(4_500);

    /** Three times a share's lease. */
    private static final Duration FORGOTTEN = Duration.ofSeconds(9);

    /** Longer than a node is silent before it is out, and than its share's lease. */
    private static final Duration FROZEN = Duration.ofSeconds(8);

    private static final Pattern SOLD_HERE =
            Pattern.compile("(?m)^seckill_purchases_total\\{[^}]*outcome=\"RESERVED\"[^}]*\\} (\\S+)");

    private static DataFolder folder;
    private static Cluster cluster;
    private static Api nginx;
    private static List<Api> nodes;
    private static int redisPort;

    @BeforeAll
    static void start() throws IOException {
        Path folders = Files.createDirectories(Path.of("target/cluster"));
        folder = DataFolder.open(Files.createTempDirectory(folders, "").toAbsolutePath());
        List<String> options = new ArrayList<>(TestIssuer.options());
        options.addAll(List.of(
                // the tests ask oftener than anybody may
                "-Dseckill.limit.purchases.at-once=off", "-Dseckill.limit.polls.at-once=off"));
        Path home = Path.of("").toAbsolutePath();
        cluster = Cluster.open(home, folder, ClusterPlan.anywhere(options, List.of()));
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::end));
        cluster.start(System.out::println);
        nginx = new Api(cluster.address());
        nodes = IntStream.range(0, NODES)
                .mapToObj(node -> new Api(cluster.endpoint(node).address()))
                .toList();
        redisPort = URI.create(cluster.redisAddress()).getPort();
    }

    /** Also after a test that failed; but the node that the rolling restart finds dead. */
    @BeforeEach
    void allRun(TestInfo test) {
        cluster.startRedis();
        cluster.startNginx();
        if (!test.getTags().contains(ONE_IS_DEAD)) {
            cluster.start(System.out::println);
        }
    }

    private static void awaitAllIn() {
        soon().until(() -> IntStream.range(0, NODES).allMatch(cluster::isIn));
    }

    @AfterAll
    static void end() {
        cluster.end();
        cluster.close();
        folder.close();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions();
    }

    // --- shares -----------------------------------------------------------------------------------------------------

    /** The node of weight 1 asks ten times as often for what it sells as its part was; the node of weight 4 is not empty early. */
    @Test
    @Order(1)
    void sellsAllToOneTwoThreeAndFourOfTenBuyersBeforeAnybodyHearsSoldOut() throws InterruptedException {
        String sale = "weighted-" + Story.SEED;
        int capacity = 1_000;
        putOn(sale, capacity);
        List<Long> before = soldByNode();

        Queue<Purchase> purchases = rush(sale, capacity + 500);

        List<Long> sold = IntStream.range(0, NODES)
                .mapToObj(node -> soldByNode().get(node) - before.get(node))
                .toList();
        System.out.println("sold by the nodes of weight 1, 2, 3 and 4: " + sold);
        for (int node = 0; node < NODES; node++) {
            assertThat(sold.get(node)).isBetween(100L * (node + 1) - 10, 100L * (node + 1) + 10);
        }
        assertThat(purchases).filteredOn(each -> each.reply.status() == 201).hasSize(capacity);
        assertThat(purchases)
                .filteredOn(each -> each.reply.status() != 201)
                .allMatch(each -> each.reply.problem().equals("sold-out"));
        long firstRefusalMs = purchases.stream()
                .filter(each -> each.reply.status() != 201)
                .mapToLong(Purchase::heardMs)
                .min()
                .orElseThrow();
        List<Movement> movements = Ledgers.auditedMovements(redisPort, new SaleId(sale));
        assertThat(movements.stream()
                        .filter(each -> each.kind().equals("RESERVED") && each.atMs() <= firstRefusalMs)
                        .mapToLong(Movement::tickets)
                        .sum())
                .as("sold when the first buyer heard that all is sold")
                .isEqualTo(capacity);
        audit(sale);
    }

    @Test
    @Order(2)
    void tellsEveryNodeThatAllIsSoldAndThatThereAreTicketsAgain() {
        String sale = "again-" + Story.SEED;
        putOn(sale, 40);
        for (int i = 0; i < 40; i++) {
            assertThat(nginx.buy(sale, "buyer-" + i, "key", 1).status()).isEqualTo(201);
        }
        nodes.forEach(
                node -> assertThat(node.buy(sale, "late", "key", 1).problem()).isEqualTo("sold-out"));

        assertThat(nodes.get(0)
                        .operator("PATCH", "/api/sales/" + sale, "{\"capacity\": 48}")
                        .status())
                .isEqualTo(200);

        long beganNanos = System.nanoTime();
        for (int node = 0; node < NODES; node++) {
            Api asked = nodes.get(node);
            // who was refused asks again, with the same key, on another node
            String buyer = node == NODES - 1 ? "late" : "again-" + node;
            await("a node sells again")
                    .atMost(RESTOCKED.minusNanos(System.nanoTime() - beganNanos))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> asked.buy(sale, buyer, "key", 1).status() == 201);
        }
        System.out.printf("all nodes sell again %d ms after the operator's answer%n", millisSince(beganNanos));
        for (int i = 0; i < 4; i++) {
            assertThat(nginx.buy(sale, "more-" + i, "key", 1).status()).isEqualTo(201);
        }
        Reply own = nodes.get(3).buy(sale, "buyer-7", "key", 1);
        assertThat(own.status())
                .as("who has one gets it shown on any node, also when all is sold")
                .isEqualTo(200);
        nodes.forEach(node ->
                assertThat(node.buy(sale, "too-late", "key", 1).problem()).isEqualTo("sold-out"));
        audit(sale);
    }

    // --- nodes ------------------------------------------------------------------------------------------------------

    /** What comes back has a clock that is wrong by minutes, and keeps it in all that follows. */
    @Test
    @Order(3)
    void sellsOnWithoutANodeThatIsKilledAndTakesItInAgain() {
        Story.behindNginx("node-killed", redisPort, nginx, nodes, Cuts.NGINX, random -> {
            int node = random.nextInt(NODES);
            System.out.println("node of weight " + cluster.weight(node) + " dies");
            kill(cluster.node(node).orElseThrow());
            cluster.startNode(node, WrongClock.by(random.nextBoolean() ? "+7m" : "-7m"));
        });
    }

    @Test
    @Order(4)
    void sellsOnWhileANodeIsFrozenAndHearsNothingWrongFromItAfterwards() {
        Story.behindNginx("node-frozen", redisPort, nginx, nodes, Cuts.NGINX, random -> {
            ProcessHandle node = cluster.node(random.nextInt(NODES)).orElseThrow();
            Signals.send("STOP", node);
            try {
                Thread.sleep(FROZEN.toMillis());
            } finally {
                Signals.send("CONT", node);
            }
            awaitAllIn();
        });
    }

    // --- what they share --------------------------------------------------------------------------------------------

    @Test
    @Order(5)
    void sellsOnWhenNginxIsKilledAndStartedAgain() {
        Story.behindNginx("nginx-killed", redisPort, nginx, nodes, Cuts.NGINX, random -> {
            ProcessHandle master = cluster.nginx().orElseThrow();
            Stream.concat(master.descendants().toList().stream(), Stream.of(master))
                    .forEach(ClusterIT::kill);
            cluster.startNginx();
            awaitAllIn();
        });
    }

    @Test
    @Order(6)
    void sellsOnWhenNginxWasFrozen() {
        Story.behindNginx("nginx-frozen", redisPort, nginx, nodes, Cuts.NGINX, random -> {
            List<ProcessHandle> workers =
                    cluster.nginx().orElseThrow().descendants().toList();
            workers.forEach(each -> Signals.send("STOP", each));
            Thread.sleep(500 + random.nextInt(2_000));
            workers.forEach(each -> Signals.send("CONT", each));
        });
    }

    @Test
    @Order(7)
    void sellsOnWhenRedisIsKilledAndStartedAgain() {
        Story.behindNginx("redis-killed", redisPort, nginx, nodes, Cuts.NGINX, random -> {
            kill(cluster.redis().orElseThrow());
            Thread.sleep(random.nextInt(2_000));
            cluster.startRedis();
        });
    }

    @Test
    @Order(8)
    void sellsOnWhenRedisWasFrozen() {
        Story.behindNginx("redis-frozen", redisPort, nginx, nodes, Cuts.NGINX, random -> {
            ProcessHandle redis = cluster.redis().orElseThrow();
            Signals.send("STOP", redis);
            Thread.sleep(500 + random.nextInt(4_000));
            Signals.send("CONT", redis);
        });
    }

    /** Nobody takes its place before the next test: the others sell what its share was, to the last ticket. */
    @Test
    @Order(9)
    void sellsADeadNodesTicketsWithinItsLease() {
        String sale = "orphaned-" + Story.SEED;
        putOn(sale, 100);
        for (int i = 0; i < 25; i++) {
            assertThat(nginx.buy(sale, "before-" + i, "key", 1).status()).isEqualTo(201);
        }

        kill(cluster.node(NODES - 1).orElseThrow());

        long beganNanos = System.nanoTime();
        int cut = 0;
        for (int bought = 0, asked = 0; bought < 75; asked++) {
            Reply reply = nginx.buy(sale, "after-" + asked, "key", 1);
            assertThat(reply.problem()).as("tickets are left").isIn("", "fault");
            bought += reply.status() == 201 ? 1 : 0;
            cut += reply.status() == 201 ? 0 : 1;
        }
        long soldMs = millisSince(beganNanos);
        System.out.printf(
                "75 tickets, 40 %% of them the dead node's part, were sold %d ms after it died; %d requests were cut off%n",
                soldMs, cut);
        assertThat(soldMs).isLessThan(FORGOTTEN.toMillis());
        audit(sale);
    }

    // --- a new release ----------------------------------------------------------------------------------------------

    /** The new one has other scripts, so that nodes with either sell side by side. The last node is dead when it begins. */
    @Test
    @Tag(ONE_IS_DEAD)
    @Order(10)
    void givesTheNodesANewReleaseWhileTheySell() {
        Path war = newRelease();
        int scripts = cachedScripts();

        Story.behindNginx(
                "rolling",
                redisPort,
                nginx,
                nodes.subList(0, NODES - 1),
                // a node that is told to stop loses nobody; a connection that waits for its next request may be closed
                Cuts.CONNECTIONS,
                random -> new RollingRestart(cluster, war, System.out::println).run());

        assertThat(cachedScripts()).as("scripts that Redis has run").isGreaterThan(scripts);
        try (Stream<Path> files = Files.walk(cluster.folder(), 3)) {
            assertThat(files.filter(file -> file.endsWith("files/seckill.war")))
                    .hasSize(NODES)
                    .allSatisfy(file -> assertThat(file).hasSameBinaryContentAs(war));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static int cachedScripts() {
        Matcher count = Pattern.compile("number_of_cached_scripts:(\\d+)")
                .matcher(new RedisShell(redisPort).ask("INFO memory"));
        assertThat(count.find()).isTrue();
        return Integer.parseInt(count.group(1));
    }

    private static Path newRelease() {
        Path war = cluster.folder().resolve("new-release.war");
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(Path.of("target/seckill.war")));
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(war))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                out.putNextEntry(new ZipEntry(entry.getName()));
                copy(in, out);
                if (entry.getName().endsWith(".lua")) {
                    out.write("\n-- of another release\n".getBytes(StandardCharsets.UTF_8));
                }
            }
            return war;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void copy(InputStream in, OutputStream out) throws IOException {
        in.transferTo(out);
    }

    // --- tools ------------------------------------------------------------------------------------------------------

    private record Purchase(long heardMs, Reply reply) {}

    /** Each buyer asks once, sixteen at a time. */
    private static Queue<Purchase> rush(String sale, int buyers) throws InterruptedException {
        Queue<Purchase> purchases = new ConcurrentLinkedQueue<>();
        ExecutorService threads = Executors.newFixedThreadPool(16);
        for (int i = 0; i < buyers; i++) {
            String buyer = "buyer-" + i;
            threads.execute(() -> {
                Reply reply = nginx.buy(sale, buyer, "key", 1);
                purchases.add(new Purchase(System.currentTimeMillis(), reply));
            });
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        assertThat(purchases).hasSize(buyers);
        return purchases;
    }

    private static void putOn(String sale, int capacity) {
        assertThat(nginx.create(sale, capacity, 1, "\"hold\": \"PT1H\"").status())
                .isEqualTo(201);
        nodes.forEach(node -> soon().until(() -> node.get("/api/sales/" + sale).status() == 200));
    }

    /** What each node has sold of all sales since it started. */
    private static List<Long> soldByNode() {
        return nodes.stream()
                .map(node -> SOLD_HERE
                        .matcher(node.get("/metrics?scope=application").text())
                        .results()
                        .mapToLong(line -> (long) Double.parseDouble(line.group(1)))
                        .sum())
                .toList();
    }

    /** Ledger, orders, and both together, as an operator checks them. */
    private static void audit(String sale) {
        try (ToolProcess tool =
                ToolProcess.start("audit", "--data", cluster.folder().toString(), sale)) {
            assertThat(tool.awaitEnd()).as(tool.said()).isZero();
        }
    }

    private static void kill(ProcessHandle process) {
        process.destroyForcibly();
        process.onExit().join();
        NodeProcess.tidyUp(process);
    }

    private static long millisSince(long beganNanos) {
        return Duration.ofNanos(System.nanoTime() - beganNanos).toMillis();
    }
}
