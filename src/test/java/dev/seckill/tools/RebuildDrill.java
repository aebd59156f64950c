package dev.seckill.tools;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.LocalNode;
import dev.seckill.PostgresServer;
import dev.seckill.RedisServer;
import dev.seckill.RedisShell;
import dev.seckill.database.DatabaseConfig;
import dev.seckill.database.Migration;
import dev.seckill.ledger.Auditor;
import dev.seckill.ledger.LostLedger;
import dev.seckill.order.OrderCheck;
import dev.seckill.order.Written;
import dev.seckill.tools.SaleRebuild.Result;
import dev.seckill.tools.SaleRebuild.Terms;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.Price;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.PostgresProcess;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.postgresql.ds.PGSimpleDataSource;

/** Nodes, a Redis that is lost and a PostgreSQL, for tests that rebuild sales. Touches Redis and PostgreSQL. */
abstract class RebuildDrill {
    static final Path NOTHING = Path.of("no-copy");
    static final Duration NODES_SPEAK = Duration.ofSeconds(10);
    static final Duration DATABASE_TIMEOUT = Duration.ofSeconds(10);

    /** So long nodes may say how far they have seen; {@link #lose} has waited for them. */
    static final long SHORT_NANOS = Duration.ofMillis(100).toNanos();

    static RedisServer redis;
    static PostgresServer postgres;
    static OrderCheck check;
    static RedisShell shell;

    LocalNode a;
    LocalNode b;
    final List<String> steps = new ArrayList<>();

    @BeforeAll
    static void start() {
        redis = RedisServer.start();
        postgres = PostgresServer.start();
        PGSimpleDataSource source = new PGSimpleDataSource();
        new DatabaseConfig(
                        postgres.url(),
                        Optional.of(PostgresProcess.USER),
                        Optional.of(PostgresServer.PASSWORD),
                        DATABASE_TIMEOUT)
                .applyTo(source);
        Migration.run(source);
        check = new OrderCheck(redis, postgres);
        shell = new RedisShell(redis);
    }

    @AfterAll
    static void stop() {
        redis.close();
        postgres.close();
    }

    @BeforeEach
    void startNodes() {
        a = LocalNode.start(redis, "a");
        b = LocalNode.start(redis, "b");
    }

    @AfterEach
    void stopNodes() {
        a.close();
        b.close();
    }

    // --- what a test does -------------------------------------------------------------------------------------------

    SaleId putOn(long capacity) {
        SaleId sale = a.putOn(capacity);
        b.meet(sale);
        return sale;
    }

    static Written database() {
        return Written.at(postgres.url(), Optional.of(PostgresProcess.USER), Optional.of(PostgresServer.PASSWORD));
    }

    /** Busy once is no fault: whoever asks again is served. */
    static void buys(LocalNode node, SaleId sale, String buyer) {
        Awaitility.await(buyer + " buys").atMost(NODES_SPEAK).untilAsserted(() -> assertThat(node.buy(sale, buyer))
                .isIn(Outcome.RESERVED, Outcome.ALREADY_RESERVED));
    }

    /** The database has all that the ledger has now. */
    void write(SaleId sale) {
        database().fence(sale, 0);
        writeAsNodesDo(sale);
        // as nodes do that have a database
        a.ledger.written(sale, database().place(sale), 0);
        b.ledger.written(sale, database().place(sale), 0);
    }

    static void writeAsNodesDo(SaleId sale) {
        try (LostLedger ledger = LostLedger.open(redis.address(), Optional.empty(), Optional.empty())) {
            database().write(sale, ledger.sale(sale).last(), ledger.sale(sale).openAsNode());
        }
    }

    /** Redis dies and comes back with that; the nodes notice, and say what they have seen. */
    void lose(SaleId sale, Path copy) {
        String taken = stock(sale).get("taken");
        redis.killAndRestartFrom(copy);
        Awaitility.await("the nodes refuse to sell " + sale)
                .atMost(NODES_SPEAK)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> {
                    a.tick();
                    b.tick();
                    assertThat(stock(sale)).containsKey("known_seq");
                    if (!taken.equals("0")) {
                        assertThat(stock(sale)).containsEntry("known_taken", taken);
                    }
                    assertThat(a.buy(sale, "somebody")).isEqualTo(Outcome.BUSY);
                    assertThat(b.buy(sale, "somebody")).isEqualTo(Outcome.BUSY);
                });
    }

    Result rebuild(SaleId sale, Terms terms, int dieAfter) {
        return rebuild(sale, terms, step -> {
            if (steps.size() == dieAfter) {
                throw new Died();
            }
        });
    }

    /** While something happens after its steps. */
    Result rebuild(SaleId sale, Terms terms, Consumer<String> after) {
        steps.clear();
        try (LostLedger ledger = LostLedger.open(redis.address(), Optional.empty(), Optional.empty());
                Auditor auditor = Auditor.open(redis.address(), Optional.empty(), Optional.empty(), line -> {})) {
            return new SaleRebuild(
                            sale,
                            ledger.sale(sale),
                            Optional.of(database()),
                            auditor,
                            terms,
                            step -> {
                                steps.add(step);
                                after.accept(step);
                            },
                            line -> {})
                    .run();
        }
    }

    Result rebuild(SaleId sale) {
        return rebuild(sale, terms(false, false), 0);
    }

    static Terms terms(boolean withoutNodes, boolean fromDatabase) {
        return new Terms(System.nanoTime() + SHORT_NANOS, withoutNodes, fromDatabase, false, "olga");
    }

    static final class Died extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    void sellsAgain(SaleId sale) {
        Awaitility.await("the nodes sell " + sale)
                .atMost(NODES_SPEAK)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> {
                    a.tick();
                    b.tick();
                    assertThat(a.buy(sale, "the-first-after-it")).isNotEqualTo(Outcome.BUSY);
                    assertThat(b.buy(sale, "the-second-after-it")).isNotEqualTo(Outcome.BUSY);
                });
    }

    static SaleDefinition definition(SaleId sale, Duration hold, long capacity) {
        return new SaleDefinition(sale, "A concert", capacity, new Price(4_900, "EUR"), 0, 0, hold, 2);
    }

    static ReservationId id(SaleId sale, String buyer) {
        return ReservationId.derive(sale, BuyerId.named(buyer), new IdempotencyKey("key"));
    }

    /** As Till and Settlement leave it. */
    static PaymentId payment(SaleId sale, String buyer, String decision, String reason) throws SQLException {
        PaymentId payment = PaymentId.derive(id(sale, buyer), new IdempotencyKey("pay"));
        boolean isDecided = decision != null;
        check.command(String.format(
                "INSERT INTO payments (payment, sale, reservation, buyer, quantity, amount_minor, currency, status, pay_until,"
                        + " taken_minor, taken_currency, decision, bought, refund_reason)"
                        + " VALUES ('%s', '%s', '%s', '%s', 1, 4900, 'EUR', '%s', clock_timestamp() + interval '1 hour', %s, %s, %s, %s, %s)",
                payment,
                sale,
                id(sale, buyer).code(),
                BuyerId.named(buyer).value(),
                isDecided ? "SUCCEEDED" : "STARTED",
                isDecided ? "4900" : "NULL",
                isDecided ? "'EUR'" : "NULL",
                isDecided ? "'" + decision + "'" : "NULL",
                "CONFIRMED".equals(decision) ? "'" + id(sale, buyer).code() + "'" : "NULL",
                reason == null ? "NULL" : "'" + reason + "'"));
        return payment;
    }

    Sale shown(SaleId sale) {
        return now(a.ledger.show(sale)).orElseThrow();
    }

    String record(SaleId sale, String buyer) {
        return check.reservations(sale).getOrDefault(id(sale, buyer).code(), "");
    }

    static Map<String, String> stock(SaleId sale) {
        String[] lines = shell.ask("HGETALL seckill:{" + sale + "}:stock").split("\n", -1);
        Map<String, String> stock = new HashMap<>();
        for (int i = 0; i + 1 < lines.length; i += 2) {
            stock.put(lines[i], lines[i + 1]);
        }
        return stock;
    }
}
