package dev.seckill;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seckill.database.DatabaseConfig;
import dev.seckill.database.Migration;
import dev.seckill.order.OrderCheck;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.PostgresProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * scripts/rebuild is stopped, loses its database, or is started twice, in the middle: it says so, the sale stays out of service,
 * and the next one rebuilds it. Its Redis is far away, so that there is a middle. Touches Redis, PostgreSQL and processes.
 */
class RebuildProcessTest {
    private static final int FAR_MS = 50;
    private static final int TERMINATED = 143;

    /** It has begun by then, and has put nothing back yet. */
    private static final String MIDDLE = "begins: the database takes nothing any more that was read before";

    private static RedisServer redis;
    private static RedisShell shell;
    private static PostgresServer postgres;
    private static Relay far;
    private static LocalNode node;
    private SaleId sale;

    @BeforeAll
    static void start() {
        redis = RedisServer.start();
        shell = new RedisShell(redis);
        postgres = PostgresServer.start();
        far = Relay.to(redis.port());
        far.delay(FAR_MS);
        PGSimpleDataSource source = new PGSimpleDataSource();
        new DatabaseConfig(
                        postgres.url(),
                        Optional.of(PostgresProcess.USER),
                        Optional.of(PostgresServer.PASSWORD),
                        Duration.ofSeconds(10))
                .applyTo(source);
        Migration.run(source);
        node = LocalNode.start(redis, "a");
    }

    @AfterAll
    static void end() {
        node.close();
        far.close();
        postgres.close();
        redis.close();
    }

    /** It is in service again, and then all but nothing is lost. */
    @BeforeEach
    void lose() {
        sale = node.putOn(10);
        assertThat(node.buy(sale, "ann")).isEqualTo(Outcome.RESERVED);
        Path copy = redis.copy();
        assertThat(node.buy(sale, "bob")).isEqualTo(Outcome.RESERVED);
        redis.killAndRestartFrom(copy);
        await().until(() -> {
            node.tick();
            return !shell.ask("HGET seckill:{" + sale + "}:stock known_seq").isEmpty();
        });
    }

    private static ToolProcess rebuild(String redisAddress) {
        return ToolProcess.start("rebuild", redisAddress, postgres, "--patience", "PT0.1S");
    }

    private void assertTheNextOneRebuildsIt() {
        assertThat(node.buy(sale, "eve")).isEqualTo(Outcome.BUSY);
        try (ToolProcess next = rebuild(redis.address())) {
            assertThat(next.awaitEnd()).as(next.said()).isZero();
        }
        assertSoldOn();
    }

    private void assertSoldOn() {
        await().untilAsserted(() -> {
            node.tick();
            assertThat(node.buy(sale, "cid")).isIn(Outcome.RESERVED, Outcome.ALREADY_RESERVED);
        });
        assertThat(node.buy(sale, "ann")).isEqualTo(Outcome.ALREADY_RESERVED);
        assertThat(now(node.ledger.show(sale)).orElseThrow().standing().returning())
                .as("held back for bob")
                .isEqualTo(1);
        // as long as it is read to the end before the writer goes on
        OrderCheck check = new OrderCheck(redis, postgres);
        assertThat(check.list("SELECT count(*) FROM orders WHERE sale = ?", sale.value()))
                .containsExactly("1");
    }

    @Test
    void whoeverStopsItMayRunItAgain() {
        try (ToolProcess stopped = rebuild(far.address())) {
            stopped.awaitSaid(MIDDLE);
            stopped.terminate();

            assertThat(stopped.awaitEnd()).as(stopped.said()).isEqualTo(TERMINATED);
            assertThat(stopped.said()).doesNotContain("Exception", "goes on");
        }

        assertTheNextOneRebuildsIt();
    }

    @Test
    void itSaysThatItsDatabaseIsAwayAndMayBeRunAgain() {
        try (ToolProcess left = rebuild(far.address())) {
            left.awaitSaid(MIDDLE);
            postgres.kill();

            assertThat(left.awaitEnd()).as(left.said()).isEqualTo(3);
            assertThat(left.said()).contains("The database does not answer").doesNotContain("Exception", "goes on");
        } finally {
            postgres.restart();
        }

        assertTheNextOneRebuildsIt();
    }

    @Test
    void itSaysThatItsRedisIsAwayAndMayBeRunAgain() {
        try (ToolProcess left = rebuild(far.address())) {
            left.awaitSaid(MIDDLE);
            redis.kill();

            assertThat(left.awaitEnd()).as(left.said()).isEqualTo(3);
            assertThat(left.said()).contains("The ledger does not answer").doesNotContain("goes on");
        } finally {
            redis.restart();
        }

        await().until(() -> {
            node.tick();
            return node.buy(sale, "eve") == Outcome.BUSY;
        });
        assertTheNextOneRebuildsIt();
    }

    @Test
    void ofTwoAtOnceOneRebuildsItAndTheOtherSaysSo() {
        try (ToolProcess first = rebuild(far.address())) {
            first.awaitSaid(MIDDLE);
            far.delay(1_000);
            try (ToolProcess second = rebuild(redis.address())) {
                assertThat(second.awaitEnd()).as(second.said()).isZero();
            }
            far.delay(FAR_MS);

            assertThat(first.awaitEnd()).as(first.said()).isEqualTo(3);
            assertThat(first.said()).contains(sale + "  ").containsAnyOf("Somebody else", "can't be rebuilt now");
        }

        assertSoldOn();
    }
}
