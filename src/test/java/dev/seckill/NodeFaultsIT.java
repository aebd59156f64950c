package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seckill.Api.Reply;
import dev.seckill.ledger.Ledgers;
import dev.seckill.ledger.Movement;
import dev.seckill.trade.SaleId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Nodes with a wrong clock, killed, out of memory and restarted one after the other, in the middle of a sale. Where
 * libfaketime is at hand, one node's clock is an hour ahead and the other's an hour behind in all of this: it must make no
 * difference. In order, because a start costs ten seconds: each test goes on with the nodes of the one before. Touches two
 * node processes and a Redis of its own.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NodeFaultsIT {
    /** As small as a node starts with. */
    private static final String[] LITTLE_MEMORY = {"-Xms80m", "-Xmx80m"};

    /** Three times the lease. */
    private static final Duration FORGOTTEN = Duration.ofSeconds(9);

    /** Three times what a node waits and then takes to stop. */
    private static final Duration STOPPED = Duration.ofSeconds(30);

    /** Two seconds less than it is told to in {@code payara-config/node.options}. */
    private static final Duration STILL_ANSWERS = Duration.ofSeconds(6);

    private static final int TERMINATED = 143;

    private static RedisServer redis;
    private static RedisShell shell;
    private static NodeProcess ahead;
    private static NodeProcess behind;
    private static List<Api> nodes;

    @BeforeAll
    static void start() {
        redis = RedisServer.start();
        shell = new RedisShell(redis);
        ahead = NodeProcess.at(redis.address()).with(WrongClock.by("+1h"));
        behind = NodeProcess.at(redis.address()).with(WrongClock.by("-1h"));
        ahead.launch();
        behind.launch();
        ahead.awaitReady();
        behind.awaitReady();
        nodes = List.of(ahead.api(), behind.api());
    }

    /** Also after a test that failed. */
    @BeforeEach
    void bothRun() {
        startWhatDoesNotRun();
    }

    private static void startWhatDoesNotRun() {
        for (NodeProcess node : List.of(ahead, behind)) {
            if (!node.isAlive()) {
                node.restart();
            }
        }
    }

    @AfterAll
    static void end() {
        ahead.close();
        behind.close();
        redis.close();
    }

    @Test
    @Order(1)
    @Needs(Needs.Extra.LIBFAKETIME)
    void opensClosesAndExpiresByTheClockOfRedisWhateverTheNodesThinkTheTimeIs() throws IOException {
        assertThat(hoursWrong(ahead)).isEqualTo(1);
        assertThat(hoursWrong(behind)).isEqualTo(-1);
        String sale = "punctual-" + Story.SEED;
        long opensMs = shell.nowMs() + 4_000;
        long closesMs = opensMs + 2_500;
        assertThat(ahead.api()
                        .create(
                                sale,
                                100_000,
                                1,
                                "\"opens_at\": \"" + Instant.ofEpochMilli(opensMs) + '"',
                                "\"closes_at\": \"" + Instant.ofEpochMilli(closesMs) + '"',
                                "\"hold\": \"PT1S\"")
                        .status())
                .isEqualTo(201);
        await().atMost(Duration.ofSeconds(4))
                .until(() -> behind.api().get("/api/sales/" + sale).status() == 200);

        Set<String> early = new TreeSet<>();
        Set<String> late = new TreeSet<>();
        for (int i = 0; shell.nowMs() < closesMs + 500; i++) {
            long sentMs = shell.nowMs();
            Reply reply = nodes.get(i % 2).buy(sale, "buyer-" + i, "key", 1);
            long heardMs = shell.nowMs();
            if (reply.status() == 201) {
                assertThat(heardMs).as("won too early").isGreaterThanOrEqualTo(opensMs);
                assertThat(sentMs).as("won too late").isLessThan(closesMs);
                assertThat(Instant.parse(reply.json().path("expires_at").asText())
                                .toEpochMilli())
                        .isBetween(sentMs + 1_000, heardMs + 1_000);
            } else if (reply.status() == 409) {
                assertThat(reply.problem()).isEqualTo("not-open");
                (sentMs < opensMs ? early : late)
                        .add(reply.json().path("reason").asText());
                assertThat(sentMs < opensMs || heardMs >= closesMs)
                        .as("refused while open")
                        .isTrue();
            } else {
                assertThat(reply.problem()).as(reply.text()).isEqualTo("busy");
            }
        }

        assertThat(early).containsExactly("NOT_YET");
        assertThat(late).containsExactly("CLOSED");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> ahead.api().sums(sale).reserved() == 0);
        List<Movement> movements = Ledgers.auditedMovements(redis, new SaleId(sale));
        assertThat(times(movements, "RESERVED")).isNotEmpty().allMatch(ms -> ms >= opensMs && ms < closesMs);
        Map<String, Long> due = new HashMap<>();
        for (Movement movement : movements) {
            for (Movement.Part part : movement.parts()) {
                if (movement.kind().equals("RESERVED")) {
                    due.put(part.reservation(), movement.number("due_ms"));
                } else if (movement.kind().equals("EXPIRED")) {
                    assertThat(movement.atMs())
                            .isBetween(due.get(part.reservation()), due.get(part.reservation()) + 3_000);
                }
            }
        }
    }

    private static List<Long> times(List<Movement> movements, String name) {
        return movements.stream()
                .filter(movement -> movement.kind().equals(name))
                .map(Movement::atMs)
                .toList();
    }

    /** By what it writes in its log. */
    private static long hoursWrong(NodeProcess node) throws IOException {
        Optional<OffsetDateTime> last = Optional.empty();
        for (String line : Files.readString(node.log(), StandardCharsets.UTF_8).split("\n", -1)) {
            if (line.matches("\\d{4}-\\d\\d-\\d\\dT\\S+ .*")) {
                last = Optional.of(OffsetDateTime.parse(
                        line.substring(0, line.indexOf(' ')),
                        DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSZ")));
            }
        }
        return Math.round((last.orElseThrow().toInstant().toEpochMilli() - System.currentTimeMillis()) / 3_600_000.0);
    }

    @Test
    @Order(2)
    void sellsOnWhenANodeIsKilledAndComesBackWithLittleMemory() {
        List<Api> inService = new CopyOnWriteArrayList<>(nodes);
        Story.whileNodesDie("killed-node", redis, inService, random -> {
            pause(random.nextInt(500));
            behind.kill();
            pause(500);
            inService.remove(behind.api());
            await("the dead node's share is forgotten")
                    .atMost(FORGOTTEN)
                    .until(() -> nodesWithAShare("killed-node*brief") == 1);
            behind.with(WrongClock.by("-1h"), LITTLE_MEMORY).launch();
            awaitReadyAgainAndAgain();
            inService.add(behind.api());
            pause(3_000);
            if (!behind.isAlive()) {
                inService.remove(behind.api());
                awaitReadyAgainAndAgain();
                inService.add(behind.api());
            }
        });
    }

    /** A node that is out of memory ends, and whatever watches over it starts it again. */
    private static void awaitReadyAgainAndAgain() {
        await().atMost(Duration.ofMinutes(3))
                .during(Duration.ofSeconds(1))
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptions()
                .until(() -> {
                    if (!behind.isAlive()) {
                        behind.launch();
                    }
                    return behind.isReady();
                });
    }

    @Test
    @Order(3)
    @Needs(Needs.Extra.HAPROXY)
    void failsNoRequestWhileItsNodesAreRestartedOneAfterTheOther() {
        Path executable = Needs.Extra.HAPROXY.find().orElseThrow(() -> new AssertionError("no haproxy here"));
        try (HaProxy proxy = HaProxy.start(executable, ahead, behind)) {
            Story.inMidSale("rolling", redis, List.of(proxy.api()), random -> {
                startWhatDoesNotRun();
                stop(behind);
                behind.with(WrongClock.by("-1h"));
                behind.restart();
                pause((int) HaProxy.LETS_IN.toMillis());
                stop(ahead);
            });
        }
    }

    /** As an operator does, while somebody goes on asking this very node. */
    private static void stop(NodeProcess node) {
        String sale = "drain-" + node.port() + "-" + shell.nowMs();
        assertThat(node.api().create(sale, 1_000, 1).status()).isEqualTo(201);
        assertThat(node.api().buy(sale, "before", "key", 1).status()).isEqualTo(201);

        node.terminate();

        long until = System.nanoTime() + STILL_ANSWERS.toNanos();
        await("it says that it is not ready").atMost(Duration.ofSeconds(2)).until(() -> !node.isReady());
        for (int i = 0; System.nanoTime() - until < 0; i++) {
            Reply reply = node.api().buy(sale, "after-" + i, "key", 1);
            assertThat(reply.status()).as(reply.text()).isEqualTo(201);
            assertThat(node.isReady()).isFalse();
            pause(200);
        }
        assertThat(node.awaitEnd(STOPPED)).isEqualTo(TERMINATED);
        assertThat(nodesWithAShare(sale)).as("its share is given back").isZero();
    }

    /** With a lease that has not ended: an ended one is forgotten when somebody asks for a share. */
    private static long nodesWithAShare(String sale) {
        long nowMs = shell.nowMs();
        return lines("KEYS seckill:{" + sale + "}:shares")
                .flatMap(key -> lines("HVALS " + key))
                .filter(share -> Long.parseLong(share.split(":", 3)[1]) > nowMs)
                .count();
    }

    private static Stream<String> lines(String command) {
        return shell.ask(command).lines();
    }

    private static void pause(int ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
