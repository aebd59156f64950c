package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seckill.order.OrderCheck;
import dev.seckill.trade.SaleId;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Each thing that can go wrong with the database, or with whoever writes into it, in the middle of a sale on two nodes. What
 * buyers hear must not depend on it; and afterwards every reservation has exactly one order, in the right state. One node
 * reaches the database over a cable of ours. Touches two node processes, a Redis and a PostgreSQL of its own.
 */
class OrderFaultsIT {
    private static final String TIMEOUT = "-Dseckill.database.timeout=PT2S";
    private static final Duration A_MINUTE = Duration.ofMinutes(1);

    /** The longest back-off, the longest pause, a lease, and a slow machine. */
    private static final Duration SOON = Duration.ofSeconds(45);

    private static RedisServer redis;
    private static RedisShell shell;
    private static PostgresServer postgres;
    private static Relay relay;
    private static OrderCheck check;
    private static NodeProcess one;
    private static NodeProcess other;
    private static List<Api> nodes;

    @BeforeAll
    static void start() {
        redis = RedisServer.start();
        shell = new RedisShell(redis);
        postgres = PostgresServer.start();
        relay = Relay.to(postgres.port());
        check = new OrderCheck(redis, postgres);
        one = NodeProcess.at(redis.address()).with(postgres.environment(), TIMEOUT);
        other = NodeProcess.at(redis.address()).with(postgres.environment(relay.port()), TIMEOUT);
        one.launch();
        other.launch();
        one.awaitReady();
        other.awaitReady();
        nodes = List.of(one.api(), other.api());
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
        return await().atMost(SOON).pollInterval(Duration.ofMillis(200)).ignoreExceptions();
    }

    /** And tells it of all sales there were, because a story must not end well at the cost of another. */
    private static void assertAllIsWritten() {
        for (String sale : shell.ask("SMEMBERS seckill:sales").split("\n", -1)) {
            soon().untilAsserted(() -> check.assertWritten(new SaleId(sale)));
        }
    }

    @Test
    void losesNoOrderWhenTheDatabaseIsSlow() {
        Story.inMidSale("slow", redis, nodes, random -> {
            relay.delay(50 + random.nextInt(200));
            pause(4_000);
            relay.delay(0);
        });

        assertAllIsWritten();
    }

    @Test
    void losesNoOrderWhenTheDatabaseIsKilledAgainAndAgain() {
        Story.inMidSale("killed", redis, nodes, random -> {
            for (int i = 0; i < 3; i++) {
                postgres.kill();
                pause(random.nextInt(1_000));
                postgres.restart();
                pause(1_000 + random.nextInt(2_000));
            }
        });

        assertAllIsWritten();
    }

    @Test
    void losesNoOrderWhenTheDatabaseSaysNothing() {
        Story.inMidSale("silent", redis, nodes, random -> {
            postgres.freeze();
            pause(5_000 + random.nextInt(1_000));
            postgres.unfreeze();
        });

        assertAllIsWritten();
    }

    @Test
    void losesNoOrderWhenTheDatabaseIsReadOnlyForAWhile() {
        Story.inMidSale("read-only", redis, nodes, random -> {
            setting("default_transaction_read_only", "on");
            pause(3_000 + random.nextInt(1_000));
            setting("default_transaction_read_only", "off");
        });

        assertAllIsWritten();
    }

    @Test
    void losesNoOrderWhenTheLedgerIsKilledWhileItIsWritten() {
        Story.inMidSale("ledger-killed", redis, nodes, random -> {
            redis.kill();
            pause(random.nextInt(500));
            redis.restart();
        });

        assertAllIsWritten();
    }

    @Test
    void losesNoOrderWhenAWriterIsKilledAndAnotherTakesItsSales() {
        List<Api> inService = new CopyOnWriteArrayList<>(nodes);

        Story.whileNodesDie("writer-killed", redis, inService, random -> {
            pause(random.nextInt(1_000));
            other.kill();
            inService.remove(other.api());
            assertAllIsWrittenByOne();
            other.restart();
            inService.add(other.api());
        });

        assertAllIsWritten();
    }

    private static void assertAllIsWrittenByOne() {
        soon().until(() -> check.list("SELECT DISTINCT coalesce(writer, '') FROM progress WHERE finished_at IS NULL")
                        .size()
                == 1);
    }

    /** Nobody who buys notices; the oldest that waits is as old as that, and all of it is written at once afterwards. */
    @Test
    void sellsForAMinuteWithoutItsDatabaseAndWritesItAllAfterwards() {
        String sale = "minute-" + Story.SEED;
        assertThat(one.api().create(sale, 100_000, 1).status()).isEqualTo(201);
        nodes.forEach(node -> soon().until(() -> node.get("/api/sales/" + sale).status() == 200));
        int sold = 0;

        postgres.stop();
        long start = System.nanoTime();
        while (System.nanoTime() - start < A_MINUTE.toNanos()) {
            assertThat(nodes.get(sold % 2).buy(sale, "buyer-" + sold, "key", 1).status())
                    .as("buyer-" + sold)
                    .isEqualTo(201);
            sold++;
            pause(20);
        }
        nodes.forEach(node -> assertThat(node.get("/health/ready").status()).isEqualTo(200));
        postgres.restart();

        assertAllIsWritten();
        assertThat(one.api().sums(sale).reserved()).isEqualTo(sold);
        assertThat(check.list("SELECT count(*) FROM orders WHERE sale = ?", sale))
                .containsExactly(Integer.toString(sold));
    }

    private static void setting(String name, String value) throws SQLException {
        check.command("ALTER SYSTEM SET " + name + " = " + value);
        check.command("SELECT pg_reload_conf()");
    }

    private static void pause(int ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
