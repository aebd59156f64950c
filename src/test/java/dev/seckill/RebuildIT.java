package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seckill.Api.Sums;
import dev.seckill.Crowd.Deed;
import dev.seckill.Crowd.Heard;
import dev.seckill.Promises.Cuts;
import dev.seckill.ledger.Ledgers;
import dev.seckill.ledger.Movement;
import dev.seckill.order.OrderCheck;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Redis loses its data, or the end of it, in the middle of a sale on two nodes, and buyers do not stop asking. From then on they
 * hear that it is busy and nothing else, until somebody runs scripts/rebuild; then it sells until all is sold, and no ticket
 * twice. The nodes run with seckill.ledger.durable=true, as by default, and replicas=0: right for one Redis, and not enough for
 * the replica that is promoted here all the same, so that something is lost. They reach by one address whoever serves. Touches
 * two node processes, a PostgreSQL, and a Redis and its replica.
 */
class RebuildIT {
    private static final Path NOTHING = Path.of("no-copy");
    private static final String SECRET = "whsec_c2VjcmV0cyBvZiB0ZXN0cywgdGhpcnR5LXR3byE=";
    private static final int CAPACITY = 600;
    private static final int LIMIT = 2;
    private static final int PAYERS = 3;

    private static RedisServer redis;
    private static PostgresServer postgres;
    private static Relay relay;
    private static NodeProcess one;
    private static NodeProcess other;
    private static List<Api> nodes;

    @BeforeAll
    static void start() throws IOException {
        redis = RedisServer.start();
        postgres = PostgresServer.start();
        relay = Relay.to(redis.port());
        Path secret =
                Files.createTempFile(Path.of("target"), "webhook", ".secret").toAbsolutePath();
        Files.writeString(secret, SECRET);
        secret.toFile().deleteOnExit();
        one = NodeProcess.at(relay.address());
        other = NodeProcess.at(relay.address());
        List.of(one, other)
                .forEach(node -> node.with(
                        postgres.environment(),
                        "-Dseckill.payment.provider=sandbox",
                        "-Dseckill.payment.webhook-secret-file=" + secret,
                        "-Dseckill.payment.sandbox.calls=http://127.0.0.1:" + one.port() + "/api/payments/webhook"));
        one.launch();
        other.launch();
        one.awaitReady();
        other.awaitReady();
        nodes = new CopyOnWriteArrayList<>(List.of(one.api(), other.api()));
    }

    @AfterAll
    static void end() {
        one.close();
        other.close();
        relay.close();
        postgres.close();
        redis.close();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions();
    }

    // --- stories ----------------------------------------------------------------------------------------------------

    /** The database says nothing meanwhile, so the last second is written nowhere. */
    @Test
    void sellsEachTicketOnceWhenRedisComesBackEmpty() {
        new Drill("emptied").tell(false, crowd -> {
            postgres.freeze();
            awaitMore(crowd, 50);
            redis.killAndRestartFrom(NOTHING);
            postgres.unfreeze();
        });
    }

    @Test
    void sellsEachTicketOnceWhenSomebodyFlushesRedisAndThenRestartsTheNodes() {
        new Drill("flushed").tell(true, crowd -> soon().until(
                        () -> new RedisShell(redis).ask("FLUSHALL").equals("OK")));
    }

    @Test
    void sellsEachTicketOnceWhenAnOldCopyIsPutBack() {
        new Drill("set-back").tell(false, crowd -> {
            Path copy = redis.copy();
            awaitMore(crowd, 50);
            redis.killAndRestartFrom(copy);
        });
    }

    @Test
    void sellsEachTicketOnceWhenAReplicaIsPromotedThatIsSomeWritesBehind() {
        try (Relay cable = Relay.to(redis.port())) {
            RedisServer replica = RedisServer.start();
            RedisShell shell = new RedisShell(replica);
            shell.ask("REPLICAOF 127.0.0.1 " + cable.port());
            soon().until(() -> shell.ask("INFO replication").contains("master_link_status:up"));

            new Drill("promoted").tell(false, crowd -> {
                cable.turnTo(RedisProcess.freePort());
                awaitMore(crowd, 50);
                redis.close();
                shell.ask("REPLICAOF NO ONE");
                redis = replica;
                relay.turnTo(replica.port());
            });
        }
    }

    private static void awaitMore(Crowd crowd, int wins) {
        int enough = crowd.wins() + wins;
        soon().until(() -> crowd.wins() >= enough);
    }

    // --- what all of them tell --------------------------------------------------------------------------------------

    /** What is done to Redis; it serves again when this returns. */
    private interface Harm {
        void strike(Crowd crowd);
    }

    private static final class Drill {
        private final String sale;
        private final String paid;
        private final Crowd crowd;
        private final AtomicInteger late = new AtomicInteger();

        Drill(String name) {
            sale = name + "-" + Story.SEED;
            paid = sale + "-paid";
            crowd = new Crowd(Story.SEED * 1_000_003 + name.hashCode(), nodes, List.of(sale), Story.SOON_MS);
            System.out.println(name + ": -Dseed=" + Story.SEED + " throws the same dice again");
        }

        void tell(boolean restartNodes, Harm harm) {
            putOn(sale, CAPACITY);
            putOn(paid, 2 * PAYERS);
            pay();
            crowd.begin();
            boolean allLeft;
            long lostMs;
            try {
                awaitMore(crowd, CAPACITY / 4);
                harm.strike(crowd);
                lostMs = System.currentTimeMillis();
                if (restartNodes) {
                    restart(one);
                    restart(other);
                }
                rebuild();
                soon().until(() -> buyLate().problem().equals("sold-out"));
            } finally {
                allLeft = crowd.leave();
            }
            assertThat(allLeft).as("everybody got an answer to stay with").isTrue();
            // somebody has cancelled meanwhile
            soon().until(() -> {
                buyLate();
                Sums sums = one.api().sums(sale);
                return sums.remaining() == 0 && sums.returning() <= owed();
            });
            crowd.lookAgain();
            check(lostMs, restartNodes);
        }

        private Heard buyLate() {
            return crowd.buy(sale, "late-" + late.incrementAndGet());
        }

        /** What is held back, for reservations that nobody knows any more. */
        private long owed() {
            return Long.parseLong(new RedisShell(redis).ask("HGET seckill:{" + sale + "}:stock owed"));
        }

        private void putOn(String name, int capacity) {
            assertThat(one.api()
                            .create(name, capacity, LIMIT, "\"hold\": \"PT1H\"")
                            .status())
                    .isEqualTo(201);
            nodes.forEach(
                    node -> soon().until(() -> node.get("/api/sales/" + name).status() == 200));
        }

        private static void restart(NodeProcess node) {
            nodes.remove(node.api());
            node.kill();
            node.restart();
            nodes.add(node.api());
        }

        private void rebuild() {
            try (ToolProcess tool = ToolProcess.start("rebuild", redis.address(), postgres)) {
                assertThat(tool.awaitEnd()).as(tool.said()).isZero();
                System.out.print(tool.said());
            }
        }

        private void audit() {
            try (ToolProcess tool = ToolProcess.start("audit", redis.address(), postgres, sale, paid)) {
                assertThat(tool.awaitEnd()).as(tool.said()).isZero();
            }
        }

        // --- payments -----------------------------------------------------------------------------------------------

        private void pay() {
            for (int i = 0; i < PAYERS; i++) {
                String buyer = "payer-" + i;
                String id = one.api().buy(paid, buyer, "key", 1).id();
                String page = one.api()
                        .send("POST", "/api/reservations/" + id + "/payment", null, Api.BUYER, buyer, Api.KEY, "pay")
                        .json()
                        .path("pay_at")
                        .asText();
                one.api()
                        .send(
                                "POST",
                                page,
                                "card=4242424242424242",
                                "Content-Type",
                                "application/x-www-form-urlencoded");
                soon().until(() -> one.api()
                        .get("/api/reservations/" + id, Api.BUYER, buyer)
                        .json()
                        .path("status")
                        .asText()
                        .equals("PAID"));
            }
        }

        // --- afterwards ---------------------------------------------------------------------------------------------

        private void check(long lostMs, boolean nodesDied) {
            SaleId id = new SaleId(sale);
            List<Movement> movements = Ledgers.auditedMovements(redis, id);
            Movement last = movements.stream()
                    .filter(each -> each.kind().equals("ADOPTED") || each.kind().equals("HELD_BACK"))
                    .reduce((before, after) -> after)
                    .orElseThrow();
            List<Heard> heard = crowd.heard();

            List<Heard> whileLost = heard.stream()
                    .filter(each -> each.sentMs() > lostMs && each.heardMs() < last.atMs() && each.reply() != null)
                    .toList();
            assertThat(whileLost).filteredOn(each -> each.status() == 429).isNotEmpty();
            assertThat(whileLost)
                    .filteredOn(each -> each.status() != 429 && (each.status() != 503 || each.deed() == Deed.RESERVE))
                    .as("anything but busy while it was lost")
                    .isEmpty();
            assertThat(Promises.brokenSince(
                            lostMs,
                            heard,
                            movements,
                            LIMIT,
                            nodesDied ? Cuts.CONNECTIONS : Cuts.NONE,
                            System.currentTimeMillis()))
                    .isEmpty();

            OrderCheck check = new OrderCheck(redis, postgres);
            soon().untilAsserted(() -> check.assertWritten(id));
            soon().untilAsserted(() -> check.assertWritten(new SaleId(paid)));
            audit();
            Map<String, String> there = check.reservations(id);
            long lost = lost(heard, there.keySet());
            long owed = owed();
            Sums sums = one.api().sums(sale);
            tellHowItWent(heard, lostMs, lost, owed);
            assertThat(lost)
                    .as("tickets of acknowledged reservations that are gone")
                    .isLessThanOrEqualTo(owed);
            assertThat(sums.reserved() + sums.sold() + lost)
                    .as("tickets that somebody was told to have, of %s", sums)
                    .isLessThanOrEqualTo(CAPACITY);
            assertThat(one.api().sums(paid).sold())
                    .as("whoever has paid has a ticket")
                    .isEqualTo(PAYERS);
        }

        /** Tickets that buyers were told to have, did not give back, and of which the ledger knows nothing. */
        private static long lost(List<Heard> heard, Set<String> there) {
            Set<String> givenBack = heard.stream()
                    .filter(each -> each.deed() == Deed.CANCEL && each.status() == 200)
                    .map(each -> each.id().code())
                    .collect(Collectors.toSet());
            return heard.stream()
                    .filter(each -> each.deed() == Deed.RESERVE && each.owns())
                    .filter(each -> !there.contains(each.id().code())
                            && !givenBack.contains(each.id().code()))
                    .collect(Collectors.toMap(each -> each.id().code(), Heard::quantity, (same, again) -> same))
                    .values()
                    .stream()
                    .mapToLong(Integer::longValue)
                    .sum();
        }

        private void tellHowItWent(List<Heard> heard, long lostMs, long lost, long owed) {
            long backMs = heard.stream()
                    .filter(each -> each.sentMs() > lostMs && each.status() == 201)
                    .mapToLong(Heard::heardMs)
                    .min()
                    .orElseThrow();
            System.out.println(sale + ": busy for " + (backMs - lostMs) + " ms; " + lost + " tickets lost, " + owed
                    + " held back for them");
        }
    }
}
