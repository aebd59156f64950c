package dev.seckill.order;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seckill.LocalNode;
import dev.seckill.database.DatabaseAway;
import dev.seckill.ledger.Ledgers;
import dev.seckill.ledger.Movement;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.Price;
import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever happens while a sale is compared, everything is corrected once and nothing that is right is touched. Touches a Redis and
 * a PostgreSQL of its own.
 */
class ReconcilerFaultsTest {
    private static final int CAPACITY = 50;

    /** More than a comparison has that rewrites orders. */
    private static final int MOST_STEPS = 100;

    /** Its place, the sums, the history and its proof are read in three steps each. */
    private static final int BEFORE_THE_ORDERS = 10;

    private static OrderBench bench;

    @BeforeAll
    static void start() {
        bench = new OrderBench();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    private static SaleId harmed() {
        SaleId sale = bench.putOn(CAPACITY);
        for (int i = 0; i < 10; i++) {
            bench.node.buy(sale, "buyer" + i);
        }
        bench.write(sale);
        bench.run("DELETE FROM orders WHERE sale = ? AND buyer IN ('buyer3', 'buyer4')", sale.value());
        bench.shell.ask("HINCRBY seckill:{" + sale + "}:stock remaining -7");
        return sale;
    }

    private static void attempt(Reconciler reconciler, SaleId sale) {
        try {
            reconciler.compare(sale, new Sweep());
        } catch (DatabaseAway lost) {
            assertThat(lost).hasMessageMatching("(?s).*(the connection is lost|lock timeout|concurrent).*");
        }
    }

    /** Everything is right again, and was put right once. */
    private static void assertHealed(SaleId sale) {
        Comparison last = bench.reconciler().compareAll(sale);
        assertThat(last.corrections() == 0 ? last : bench.reconciler().compareAll(sale))
                .matches(Comparison::agrees);
        assertThat(corrections(sale)).hasSize(1);
        assertThat(bench.ask("SELECT count(*) FROM operator_actions WHERE sale = ?", sale.value()))
                .isEqualTo("2");
        bench.write(sale);
        bench.assertWritten(sale);
    }

    private static List<Movement> corrections(SaleId sale) {
        return Ledgers.auditedMovements(bench.redis, sale).stream()
                .filter(each -> each.kind().equals("CORRECTED"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void correctsOnceIfTheDatabaseIsLostAtAnyStep(boolean afterIt) {
        boolean struck = true;
        int step = 1;
        for (; struck; step += afterIt ? 2 : 1) {
            assertThat(step).isLessThan(MOST_STEPS);
            SaleId sale = harmed();
            FaultyDatabase faulty =
                    new FaultyDatabase(OrderBench.source(bench.postgres), step, afterIt, FaultyDatabase.LOST);

            attempt(bench.reconciler(faulty.source(), bench.node.ledger), sale);
            struck = faulty.hasStruck();
            attempt(bench.reconciler(), sale);

            assertHealed(sale);
        }
        assertThat(step).as("steps that were tried").isGreaterThan(20);
    }

    /** The second finds done what the first has done meanwhile. */
    @ParameterizedTest
    @ValueSource(ints = {2, 5, 8, 11, 14, 17, 20, 23})
    void correctsOnceIfAnotherNodeDoesTheSameBeforeAnyOfItsSteps(int step) {
        SaleId sale = harmed();
        FaultyDatabase overtaken = new FaultyDatabase(
                OrderBench.source(bench.postgres), step, false, connection -> attempt(bench.reconciler(), sale));

        attempt(bench.reconciler(overtaken.source(), bench.node.ledger), sale);
        assertThat(overtaken.hasStruck()).isTrue();

        assertHealed(sale);
    }

    @Test
    void correctsOnceWhenManyDoAtOnce() throws Exception {
        ExecutorService nodes = Executors.newFixedThreadPool(4);
        try {
            for (int i = 0; i < 5; i++) {
                SaleId sale = harmed();
                List<Future<?>> all = new ArrayList<>();
                for (int j = 0; j < 4; j++) {
                    all.add(nodes.submit(() -> {
                        attempt(bench.reconciler(), sale);
                        attempt(bench.reconciler(), sale);
                    }));
                }
                for (Future<?> each : all) {
                    each.get(60, TimeUnit.SECONDS);
                }
                assertHealed(sale);
            }
        } finally {
            nodes.shutdownNow();
        }
    }

    /** It has arrived and been done, and the connection is cut instead of the answer passed on. */
    @Test
    void correctsOnceIfTheAnswerIsLost() {
        SaleId sale = harmed();
        attempt(bench.reconciler(), sale);
        Sale seen = now(bench.node.ledger.show(sale)).orElseThrow();
        bench.redis.freeze();
        CompletableFuture<?> correcting = bench.node
                .ledger
                .correct(seen, 0, 0, 0, "the answer to this is lost")
                .toCompletableFuture();
        try {
            assertThat(correcting).failsWithin(Duration.ofSeconds(5));
        } finally {
            bench.redis.unfreeze();
        }

        await().until(() -> !bench.shell
                .ask("HGET seckill:{" + sale + "}:stock seq")
                .equals(String.valueOf(seen.standing().seq())));
        assertThat(now(bench.node.ledger.correct(seen, 0, 0, 0, "again")))
                .as("the same once more")
                .hasToString("MOVED");
        assertHealed(sale);
    }

    @Test
    void showsWhatItHasFoundThoughSoMuchIsSoldThatItCannotGoOn() {
        SaleId sale = bench.putOn(CAPACITY);
        bench.write(sale);
        bench.node.buy(sale, "ann");
        bench.shell.ask("HINCRBY seckill:{" + sale + "}:stock remaining -7");
        FaultyDatabase busy = new FaultyDatabase(
                OrderBench.source(bench.postgres), BEFORE_THE_ORDERS, false, connection -> moveOften(sale));

        assertThat(bench.reconciler(busy.source(), bench.node.ledger).compare(sale, new Sweep()))
                .hasValueSatisfying(found -> assertThat(found)
                        .hasToString(
                                "drift 7 tickets, 0 orders differ, 0 corrections; more is unwritten than is compared"));
    }

    /** More movements than are compared. */
    private static void moveOften(SaleId sale) {
        String key = "seckill:{" + sale + "}:";
        bench.shell.ask("EVAL \"for i = 1, 20001 do redis.call('XADD', KEYS[2], '1-' .. redis.call('HINCRBY', KEYS[1],"
                + " 'seq', 1), 'movement', 'RESTOCKED', 'at_ms', '1') end\" 2 " + key + "stock " + key + "movements");
    }

    @Test
    void findsNothingWrongWhileACrowdBuysCancelsAndExpires() throws Exception {
        SaleId sale = bench.node.putOn(new SaleDefinition(
                new SaleId("crowd"), "A crowd", 20_000, new Price(1, "EUR"), 0, 0, Duration.ofSeconds(1), 100));
        bench.meet(sale);
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger sold = new AtomicInteger();
        ExecutorService crowd = Executors.newFixedThreadPool(3);
        List<Comparison> found = new ArrayList<>();
        try {
            List<Future<?>> all = new ArrayList<>();
            all.add(crowd.submit(() -> until(over, i -> buyMany(sale, i, sold))));
            all.add(crowd.submit(() -> until(over, i -> {
                bench.node.tick();
                bench.node.cancel(sale, "crowd" + i + "-0");
            })));
            all.add(crowd.submit(() -> until(over, i -> bench.write(sale))));
            long begin = System.nanoTime();
            Sweep sweep = new Sweep();
            // on a machine that is busy with something else it takes longer until it was looked often enough
            while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(4)
                    || (found.size() <= 20 && System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(30))) {
                bench.reconciler().compare(sale, sweep).ifPresent(found::add);
            }
            over.set(true);
            for (Future<?> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
        } finally {
            over.set(true);
            crowd.shutdown();
            assertThat(crowd.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(sold.get()).isGreaterThan(1_000);
        assertThat(found).hasSizeGreaterThan(10).allMatch(Comparison::agrees);
        assertThat(found.stream().map(Comparison::place).distinct())
                .as("while it moved")
                .hasSizeGreaterThan(10);
        assertThat(corrections(sale)).isEmpty();
        bench.write(sale);
        assertThat(bench.reconciler().compareAll(sale)).matches(Comparison::agrees);
    }

    @Test
    void correctsASaleThatGoesOnAtFullSpeed() throws Exception {
        SaleId sale = bench.putOn(100_000);
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService crowd = Executors.newFixedThreadPool(1);
        try {
            Future<?> buying = crowd.submit(() -> until(over, i -> buyMany(sale, i, new AtomicInteger())));
            for (int by : new int[] {-5, 5, 100}) {
                bench.write(sale);
                bench.shell.ask("HINCRBY seckill:{" + sale + "}:stock remaining " + by);
                bench.shell.ask("HINCRBY seckill:{" + sale + "}:stock sold " + -by);
                attemptUntilCorrected(sale);
            }
            over.set(true);
            buying.get(60, TimeUnit.SECONDS);
        } finally {
            over.set(true);
            crowd.shutdown();
        }

        bench.write(sale);
        assertThat(bench.reconciler().compareAll(sale)).matches(Comparison::agrees);
        assertThat(corrections(sale)).hasSize(3);
    }

    private static void attemptUntilCorrected(SaleId sale) {
        Sweep sweep = new Sweep();
        Comparison last = null;
        for (int i = 0; i < 20; i++) {
            bench.write(sale);
            Comparison found = bench.reconciler().compare(sale, sweep).orElseThrow();
            if (found.corrections() == 1) {
                return;
            }
            last = found;
        }
        throw new AssertionError("never corrected: " + last);
    }

    private static void buyMany(SaleId sale, int round, AtomicInteger sold) {
        List<CompletableFuture<Outcome>> buying = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            buying.add(bench.node.ask(sale, "crowd" + round + "-" + i).thenApply(answer -> answer.outcome()));
        }
        buying.forEach(each -> sold.addAndGet(LocalNode.now(each) == Outcome.RESERVED ? 1 : 0));
    }

    private static void until(AtomicBoolean over, IntConsumer what) {
        for (int i = 0; !over.get(); i++) {
            what.accept(i);
        }
    }
}
