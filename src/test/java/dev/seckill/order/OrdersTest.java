package dev.seckill.order;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.seckill.ledger.Change;
import dev.seckill.order.Orders.State;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.Operator;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.Place;
import dev.seckill.trade.RefundId;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.SaleState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Several nodes share the sales, and one that dies or freezes is replaced within seconds. Touches a Redis and a PostgreSQL of its
 * own, and processes.
 */
class OrdersTest {
    static final Duration LEASE = Duration.ofSeconds(2);
    private static final Operator OLGA = new Operator("olga");
    private static final int TICK_MS = 100;

    /** A lease, a pause and a back-off, on a busy machine. */
    private static final Duration SOON = Duration.ofSeconds(20);

    private OrderBench bench;
    private final List<Node> nodes = new ArrayList<>();

    @BeforeEach
    void start() {
        bench = new OrderBench();
    }

    @AfterEach
    void end() {
        nodes.forEach(Node::die);
        bench.close();
    }

    static OrderConfig config(String url, String name, Duration lease) {
        return new OrderConfig(
                Optional.of(url), name, lease, 2, OrderBench.BATCH_ROWS, Duration.ofSeconds(1), Duration.ofSeconds(1));
    }

    /** One with a timer, as a node has. */
    private final class Node {
        final Orders orders;
        private final ExecutorService threads = Executors.newFixedThreadPool(4);
        private volatile boolean alive = true;

        Node(String name, List<SaleId> sales) {
            orders = new Orders(
                    config(bench.postgres.url(), name, LEASE),
                    bench.node.ledger,
                    () -> OrderBench.source(bench.postgres),
                    threads);
            nodes.add(this);
            threads.execute(() -> tick(sales));
        }

        private void tick(List<SaleId> sales) {
            while (alive) {
                orders.tend(sales);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(TICK_MS));
            }
        }

        /** Says goodbye to nobody. */
        void die() {
            alive = false;
            threads.shutdownNow();
        }
    }

    private static ConditionFactory soon() {
        return await().atMost(SOON).pollInterval(Duration.ofMillis(TICK_MS));
    }

    private void awaitWritten(SaleId sale) {
        soon().ignoreExceptions().untilAsserted(() -> bench.assertWritten(sale));
    }

    private List<String> writers() {
        return bench.list("SELECT writer || ' ' || count(*) FROM progress GROUP BY writer ORDER BY writer");
    }

    @Test
    void writesWhatIsSoldWithinSeconds() {
        SaleId sale = bench.node.putOn(100);
        Node node = new Node("a", List.of(sale));

        for (int i = 0; i < 50; i++) {
            bench.node.buy(sale, "buyer" + i);
        }

        awaitWritten(sale);
        soon().until(() ->
                node.orders.lag(sale) == 0 && node.orders.lagTime(sale).isZero());
        assertThat(node.orders.state()).isEqualTo(State.WRITING);
        assertThat(node.orders.notDurable()).isEmpty();
        assertThat(node.orders.written()).isEqualTo(51);
    }

    @Test
    void sharesTheSalesAmongTheNodesAndTakesOverThoseOfADeadOne() {
        List<SaleId> sales = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            sales.add(bench.node.putOn(10));
        }
        Node first = new Node("a", sales);
        soon().untilAsserted(() -> assertThat(writers()).containsExactly("a 7"));

        Node second = new Node("b", List.of());
        soon().untilAsserted(() -> assertThat(writers()).containsAnyOf("b 3", "b 4"));

        first.die();
        soon().untilAsserted(() -> assertThat(writers()).containsExactly("b 7"));

        new Node("c", List.of());
        soon().untilAsserted(() -> assertThat(writers()).containsAnyOf("c 3", "c 4"));
        second.orders.leave().toCompletableFuture().join();
        soon().untilAsserted(() -> assertThat(writers()).containsExactly("c 7"));
    }

    @Test
    void startsWithoutADatabaseAndGoesOnWhenItComesAndGoes() {
        bench.postgres.stop();
        SaleId sale = bench.node.putOn(100);
        Node node = new Node("a", List.of(sale));
        soon().until(() -> !node.orders.trouble().isEmpty());
        assertThat(node.orders.state()).isEqualTo(State.STARTING);
        assertThat(bench.node.buy(sale, "ann")).isEqualTo(Outcome.RESERVED);

        bench.postgres.restart();
        awaitWritten(sale);
        // the tables show a commit before the node hears of it
        soon().until(() -> node.orders.lag(sale) == 0);

        bench.postgres.kill();
        assertThat(bench.node.buy(sale, "bob")).isEqualTo(Outcome.RESERVED);
        soon().until(() -> node.orders.state() == State.AWAY);
        soon().until(() -> node.orders.lagTime(sale).compareTo(Duration.ofSeconds(1)) > 0);
        assertThat(node.orders.lag(sale)).isEqualTo(1);

        bench.postgres.restart();
        awaitWritten(sale);
        soon().until(() -> node.orders.lag(sale) == 0);
    }

    @Test
    void writesTheOtherSalesWhileOneIsStoppedOrHasSomethingAside() {
        SaleId stopped = bench.node.putOn(10);
        SaleId poisoned = bench.node.putOn(10);
        SaleId sound = bench.node.putOn(10);
        Node node = new Node("a", List.of(stopped, poisoned, sound));
        bench.shell.ask("HINCRBY seckill:{" + stopped + "}:stock seq 1");
        bench.plant(poisoned, "movement PAID at_ms 1700000000000 AAAAAAAAAAAAAAAAAAAAAA 1|ann");
        for (SaleId sale : List.of(stopped, poisoned, sound)) {
            bench.node.buy(sale, "ann");
        }

        awaitWritten(sound);
        soon().until(() -> node.orders.keptAside(poisoned) == 1);
        soon().until(() -> bench.orders(poisoned).size() == 1);
        soon().until(() -> node.orders.stopped().keySet().equals(Set.of(stopped)));
        assertThat(bench.orders(stopped)).isEmpty();

        bench.node.buy(sound, "bob");
        awaitWritten(sound);
    }

    @Test
    void findsAndCorrectsWhatSomebodyChangedAndAsksNothingOfASaleThatAgreesAndStandsStill() {
        SaleId sale = bench.node.putOn(100);
        Node node = new Node("a", List.of(sale));
        for (int i = 0; i < 20; i++) {
            bench.node.buy(sale, "buyer" + i);
        }
        awaitWritten(sale);

        bench.shell.ask("HINCRBY seckill:{" + sale + "}:stock remaining -9");
        assertThat(bench.node.buy(sale, "while-damaged")).isEqualTo(Outcome.BUSY);
        soon().until(() -> node.orders.drift(sale) == 9);
        assertThat(node.orders.drifting().get(sale)).contains("drift 9 tickets").contains(", since 20");
        assertThat(node.orders.corrections()).isEqualTo(1);
        assertThat(bench.node.buy(sale, "after")).isEqualTo(Outcome.RESERVED);
        soon().until(() -> node.orders.drifting().isEmpty());
        assertThat(node.orders.drift(sale)).isZero();

        bench.run("DELETE FROM orders WHERE sale = ? AND buyer = 'buyer7'", sale.value());
        bench.node.buy(sale, "one-more");
        soon().until(() -> node.orders.corrections() == 2);
        awaitWritten(sale);
        soon().until(() -> node.orders.drifting().isEmpty());
        assertThat(bench.node.ledger.isDamaged(sale)).isFalse();
    }

    @Test
    void saysThatASaleCannotBeComparedAndForgetsNothingOfWhatItFound() {
        SaleId sale = bench.node.putOn(100);
        Node node = new Node("a", List.of(sale));
        bench.node.buy(sale, "ann");
        awaitWritten(sale);
        String reservations = "seckill:{" + sale + "}:reservations";
        bench.shell.ask("HSET " + reservations + " AAAAAAAAAAAAAAAAAAAAAA R|1|1|1|mallory");
        bench.node.buy(sale, "bob");
        soon().until(() -> node.orders.differing(sale) == 1);

        bench.run("ALTER TABLE orders RENAME TO hidden");
        soon().untilAsserted(() -> assertThat(node.orders.drifting().get(sale))
                .contains("1 orders differ")
                .contains("could not be compared again"));

        bench.run("ALTER TABLE hidden RENAME TO orders");
        bench.shell.ask("HDEL " + reservations + " AAAAAAAAAAAAAAAAAAAAAA");
        soon().until(() -> node.orders.drifting().isEmpty());
    }

    @Test
    void goesOnAfterARoundThatFailed() {
        bench.run("ALTER TABLE progress DROP CONSTRAINT progress_sale_check");
        bench.run("INSERT INTO progress (sale, epoch, seq) VALUES ('No Name Of A Sale', 0, 0)");
        SaleId sale = bench.node.putOn(100);
        Node node = new Node("a", List.of(sale));
        soon().until(() -> !node.orders.trouble().isEmpty());

        bench.run("DELETE FROM progress WHERE sale = 'No Name Of A Sale'");
        soon().until(() -> node.orders.trouble().isEmpty());
        awaitWritten(sale);
    }

    @Test
    void writesEachMovementOnceThoughItsWritersAreKilledAgainAndAgain() throws InterruptedException {
        SaleId sale = bench.node.putOn(10_000);
        for (int killed = 0; killed < 4; killed++) {
            try (WriterProcess writer =
                    WriterProcess.start(bench.redis, bench.postgres, "writer" + killed, LEASE, sale)) {
                String before = seq(sale);
                sell(sale, killed, 40);
                soon().until(() -> !seq(sale).equals(before));
                // in the middle of whatever it is doing then
                sell(sale, killed + 100, 40);
                Thread.sleep(37L * killed);
                writer.kill();
            }
        }
        new Node("survivor", List.of(sale));

        awaitWritten(sale);
        assertThat(bench.orders(sale)).hasSize(320);
    }

    private void sell(SaleId sale, int round, int tickets) {
        for (int i = 0; i < tickets; i++) {
            String buyer = "buyer" + round + "-" + i;
            bench.node.buy(sale, buyer);
            if (i % 3 == 0) {
                bench.node.cancel(sale, buyer);
            }
        }
    }

    private String seq(SaleId sale) {
        return bench.list("SELECT seq::text FROM progress WHERE sale = ?", sale.value())
                .toString();
    }

    @Test
    void replacesAFrozenWriterAndIsNotHarmedWhenItComesBack() {
        SaleId sale = bench.node.putOn(1_000);
        try (WriterProcess frozen = WriterProcess.start(bench.redis, bench.postgres, "frozen", LEASE, sale)) {
            sell(sale, 1, 20);
            awaitWritten(sale);
            sell(sale, 2, 20);
            frozen.freeze();
            sell(sale, 3, 20);

            long from = System.nanoTime();
            new Node("other", List.of(sale));
            awaitWritten(sale);
            assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(SOON);
            assertThat(writers()).containsExactly("other 1");

            frozen.unfreeze();
            sell(sale, 4, 20);
            awaitWritten(sale);
        }
    }

    @Test
    void hasNoSaleArchivedWhileTheDatabaseMayLoseWhatItHas() throws Exception {
        SaleId sale = bench.node.putOn(5);
        now(bench.node.ledger.change(sale, new Change(SaleState.CLOSED, null)));
        Node node = new Node("a", List.of(sale));
        awaitWritten(sale);

        new OrderCheck(bench.redis, bench.postgres).command("ALTER DATABASE seckill SET synchronous_commit = off");

        assertThatThrownBy(() -> now(node.orders.archiving(sale, OLGA)))
                .hasMessageContaining("the database may lose what it has committed")
                .hasMessageContaining("synchronous_commit=off");
    }

    /** Archived before, its ledger could not tell any more what a payment has bought. */
    @Test
    void hasNoSaleArchivedBeforeItsPaymentsAreSettled() {
        SaleId sale = bench.node.putOn(5);
        ReservationId ann = bench.node.buy(sale, "ann", "key", 2).reservation().id();
        PaymentId payment = PaymentId.derive(ann, new IdempotencyKey("card"));
        bench.run(
                "INSERT INTO payments (payment, sale, reservation, buyer, quantity, amount_minor, currency, pay_until, status,"
                        + " taken_minor, taken_currency) VALUES (?, ?, ?, 'ann', 2, 9800, 'EUR', clock_timestamp(), 'SUCCEEDED',"
                        + " 9800, 'EUR')",
                payment.code(),
                sale.value(),
                ann.code());
        now(bench.node.ledger.confirm(payment, ann));
        now(bench.node.ledger.refund(
                sale, RefundId.derive(payment, new IdempotencyKey("one")), payment, 1, "rain", OLGA));
        now(bench.node.ledger.change(sale, new Change(SaleState.CLOSED, null)));
        Node node = new Node("a", List.of(sale));
        awaitWritten(sale);

        assertThatThrownBy(() -> now(node.orders.archiving(sale, OLGA)))
                .hasMessageContaining("STILL_UNDECIDED: 1 payments are not decided, 1 refunds are not done");
        bench.run(
                "UPDATE payments SET decision = 'CONFIRMED', bought = ? WHERE payment = ?", ann.code(), payment.code());
        assertThatThrownBy(() -> now(node.orders.archiving(sale, OLGA)))
                .hasMessageContaining("STILL_UNDECIDED: 0 payments are not decided, 1 refunds are not done");
        bench.run("UPDATE refunds SET state = 'DONE', done_at = clock_timestamp() WHERE payment = ?", payment.code());

        Optional<Place> place = now(node.orders.archiving(sale, OLGA));
        now(bench.node.ledger.change(sale, new Change(SaleState.ARCHIVED, null), OLGA, place));
    }

    @Test
    void saysThatNoOrdersAreWrittenWithoutADatabase() {
        Orders off = new Orders(
                new OrderConfig(Optional.empty(), "a", LEASE, 1, 1, LEASE, LEASE),
                bench.node.ledger,
                () -> null,
                Runnable::run);

        off.tend(List.of());

        assertThat(off.state()).isEqualTo(State.OFF);
        assertThat(off.sales()).isEmpty();
    }
}
