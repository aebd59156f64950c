package dev.seckill.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.PostgresServer;
import dev.seckill.database.DatabaseAway;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.PostgresProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever happens at whatever step of a writer, each movement is written once. Touches a Redis and a PostgreSQL of its own.
 */
class WriterFaultsTest {
    /** More than a turn has in which each movement is written by itself. */
    private static final int MOST_STEPS = 200;

    private static final int SMALL_BATCH = 22;

    private static OrderBench bench;

    @BeforeAll
    static void start() {
        bench = new OrderBench();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    /** Some of everything, in three batches. */
    private static SaleId busySale() {
        SaleId sale = bench.putOn(500);
        for (int i = 0; i < 16; i++) {
            bench.node.buy(sale, "buyer" + i);
            if (i % 4 == 0) {
                bench.node.cancel(sale, "buyer" + i);
            }
        }
        return sale;
    }

    private static OrderWriter smallBatches(DataSource source) {
        return bench.writer(source, SMALL_BATCH);
    }

    /** Also while the database refuses an order, so that the batch is written step by step. */
    @ParameterizedTest
    @CsvSource({"false, nobody", "true, nobody", "false, buyer3", "true, buyer4"})
    void writesEachMovementOnceIfTheConnectionIsLostAtAnyStep(boolean afterIt, String refused) {
        // step by step there are four times as many, much alike
        int stride = refused.equals("nobody") ? 1 : 6;
        int step = 1;
        boolean struck = true;
        for (; struck; step += stride) {
            assertThat(step).isLessThan(MOST_STEPS);
            SaleId sale = busySale();
            bench.run("ALTER TABLE orders ADD CONSTRAINT whims CHECK (buyer <> '" + refused + "') NOT VALID");
            FaultyDatabase faulty =
                    new FaultyDatabase(OrderBench.source(bench.postgres), step, afterIt, FaultyDatabase.LOST);

            try {
                OrderBench.write(smallBatches(faulty.source()), sale);
            } catch (DatabaseAway expected) {
                assertThat(expected).hasMessage("the connection is lost");
            }
            struck = faulty.hasStruck();
            bench.write(sale);
            bench.run("ALTER TABLE orders DROP CONSTRAINT whims");
            bench.writer().retry(sale);

            bench.assertWritten(sale);
        }
        assertThat(step).as("steps that were tried").isGreaterThan(refused.equals("nobody") ? 15 : 50);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void triesAgainOnceIfTheConnectionIsLostAtAnyStepOfThat(boolean afterIt) {
        SaleId sale = busySale();
        bench.run("ALTER TABLE orders ADD CONSTRAINT whims CHECK (buyer NOT IN ('buyer3', 'buyer4')) NOT VALID");
        bench.write(sale);
        bench.run("ALTER TABLE orders DROP CONSTRAINT whims");
        boolean struck = true;
        for (int step = 1; struck; step += 2) {
            FaultyDatabase faulty =
                    new FaultyDatabase(OrderBench.source(bench.postgres), step, afterIt, FaultyDatabase.LOST);
            try {
                smallBatches(faulty.source()).retry(sale);
            } catch (DatabaseAway expected) {
                assertThat(expected).hasMessage("the connection is lost");
            }
            struck = faulty.hasStruck();
        }

        bench.assertWritten(sale);
        assertThat(bench.ask("SELECT aside FROM progress WHERE sale = ?", sale.value()))
                .isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void writesEachMovementOnceIfTheDatabaseDiesAtAnyOfSomeSteps(boolean afterIt) {
        for (int step = 2; step < 17; step += 5) {
            SaleId sale = busySale();
            FaultyDatabase faulty = new FaultyDatabase(OrderBench.source(bench.postgres), step, afterIt, connection -> {
                bench.postgres.kill();
                FaultyDatabase.LOST.strike(connection);
            });

            assertThatThrownBy(() -> OrderBench.write(smallBatches(faulty.source()), sale))
                    .isInstanceOf(DatabaseAway.class);
            assertThatThrownBy(() -> OrderBench.write(bench.writer(), sale))
                    .as("while it is away")
                    .isInstanceOf(DatabaseAway.class);
            bench.node.buy(sale, "meanwhile");
            bench.postgres.restart();
            bench.write(sale);

            bench.assertWritten(sale);
        }
    }

    /** It was frozen, another took over and wrote on, and it goes on where it was. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8, 9, 10})
    void writesNothingTwiceWhenAnotherWroteOnBeforeAnyOfItsSteps(int step) {
        SaleId sale = busySale();
        bench.write(sale);
        bench.node.buy(sale, "late");
        bench.node.cancel(sale, "buyer1");
        FaultyDatabase frozen = new FaultyDatabase(
                OrderBench.source(bench.postgres), step, false, connection -> attempt(bench.writer(), sale));

        attempt(bench.writer(frozen.source(), OrderBench.BATCH_ROWS), sale);
        assertThat(frozen.hasStruck()).isTrue();
        assertThat(bench.orders(sale)).as("one of the two wrote").isEqualTo(bench.reservations(sale));
        bench.write(sale);

        bench.assertWritten(sale);
    }

    private static void attempt(OrderWriter writer, SaleId sale) {
        try {
            OrderBench.write(writer, sale);
        } catch (DatabaseAway overtakenOrWaiting) {
            assertThat(overtakenOrWaiting).hasMessageMatching("(?s).*(another writer|idle-in-transaction).*");
        }
    }

    @Test
    void writesEachMovementOnceWhenManyWriteAtOnce() throws Exception {
        SaleId sale = bench.putOn(5_000);
        int writers = 4;
        ExecutorService pool = Executors.newFixedThreadPool(writers + 1);
        CountDownLatch sold = new CountDownLatch(1);
        try {
            Future<?> selling = pool.submit(() -> {
                for (int i = 0; i < 300; i++) {
                    bench.node.buy(sale, "buyer" + i);
                    if (i % 3 == 0) {
                        bench.node.cancel(sale, "buyer" + i);
                    }
                }
                sold.countDown();
            });
            List<Future<?>> writing = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                OrderWriter writer = bench.writer(OrderBench.source(bench.postgres), 20);
                writing.add(pool.submit(() -> {
                    while (sold.getCount() > 0) {
                        attempt(writer, sale);
                    }
                }));
            }
            selling.get(60, TimeUnit.SECONDS);
            for (Future<?> each : writing) {
                each.get(60, TimeUnit.SECONDS);
            }
        } finally {
            pool.shutdown();
            assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
        bench.write(sale);

        bench.assertWritten(sale);
    }

    @Test
    void waitsWhileTheDatabaseTakesNoWrites() {
        SaleId sale = busySale();
        bench.run("ALTER DATABASE seckill SET default_transaction_read_only = on");
        try {
            assertThatThrownBy(() -> bench.write(sale))
                    .isInstanceOf(DatabaseAway.class)
                    .hasMessageContaining("read-only");
        } finally {
            bench.run("SET transaction_read_only = off; ALTER DATABASE seckill RESET default_transaction_read_only");
        }

        bench.write(sale);

        bench.assertWritten(sale);
    }

    @Test
    void givesUpOnADatabaseThatSaysNothingAndWritesWhenItDoesAgain() {
        SaleId sale = busySale();
        bench.postgres.freeze();
        long from = System.nanoTime();
        try {
            assertThatThrownBy(() -> bench.write(sale)).isInstanceOf(DatabaseAway.class);
        } finally {
            bench.postgres.unfreeze();
        }
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - from))
                .isLessThanOrEqualTo(3 * OrderBench.DATABASE_TIMEOUT.toSeconds());

        bench.write(sale);

        bench.assertWritten(sale);
    }

    @Test
    void keepsTheLedgersAbsenceApartFromTheDatabases() {
        SaleId sale = busySale();
        bench.redis.freeze();
        try {
            assertThatThrownBy(() -> bench.write(sale)).isNotInstanceOf(DatabaseAway.class);
        } finally {
            bench.redis.unfreeze();
        }
        Awaitility.await().ignoreExceptions().until(() -> {
            bench.node.tick();
            return bench.write(sale) == OrderWriter.Turn.WRITTEN;
        });

        bench.assertWritten(sale);
    }

    /** Between a writer's reading and its writing the ledger is lost and a rebuild begins: what it has read may never have been. */
    @Test
    void writesNothingThatWasReadBeforeARebuildBegan() {
        SaleId sale = bench.putOn(10);
        bench.node.buy(sale, "before");
        bench.write(sale);
        bench.node.buy(sale, "read-and-lost");
        // its progress is one connection, the batch another
        FaultyDatabase rebuilt =
                new FaultyDatabase(OrderBench.source(bench.postgres), 4, false, connection -> Written.at(
                                bench.postgres.url(),
                                Optional.of(PostgresProcess.USER),
                                Optional.of(PostgresServer.PASSWORD))
                        .fence(sale, 0));

        assertThatThrownBy(() -> OrderBench.write(bench.writer(rebuilt.source(), OrderBench.BATCH_ROWS), sale))
                .isInstanceOf(DatabaseAway.class)
                .hasMessageContaining("or a rebuild");

        assertThat(bench.list("SELECT buyer FROM orders WHERE sale = ?", sale.value()))
                .containsExactly("before");
        bench.write(sale);
        bench.assertWritten(sale);
    }
}
