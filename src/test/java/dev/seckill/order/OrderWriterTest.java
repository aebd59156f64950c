package dev.seckill.order;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.ledger.Change;
import dev.seckill.order.OrderWriter.Turn;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.Price;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.SaleState;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every reservation becomes an order, and every end of one reaches it. Touches a Redis and a PostgreSQL of its own. */
class OrderWriterTest {
    private static OrderBench bench;

    @BeforeAll
    static void start() {
        bench = new OrderBench();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    @Test
    void writesAnOrderForEveryReservation() {
        SaleId sale = bench.putOn(10);
        bench.node.buy(sale, "ann", "key", 2);
        bench.node.buy(sale, "bob");

        assertThat(bench.write(sale)).isEqualTo(Turn.WRITTEN);

        bench.assertWritten(sale);
        assertThat(bench.list(
                        "SELECT buyer || ' ' || quantity || ' ' || amount_minor || currency || ' ' || status FROM orders"
                                + " WHERE sale = ? ORDER BY buyer",
                        sale.value()))
                .containsExactly("ann 2 4900EUR RESERVED", "bob 1 4900EUR RESERVED");
    }

    @Test
    void writesEveryEndOfAReservationAlsoInTheBatchThatBeganIt() {
        SaleId sale = bench.putOn(10);
        bench.node.buy(sale, "ann");
        bench.node.buy(sale, "bob");
        bench.write(sale);

        bench.node.cancel(sale, "ann");
        bench.node.buy(sale, "cid");
        bench.node.cancel(sale, "cid");
        bench.node.cancel(sale, "dan");
        assertThat(bench.node.buy(sale, "dan")).as("cancelled before it came").isNotEqualTo(Outcome.RESERVED);
        bench.write(sale);

        bench.assertWritten(sale);
        assertThat(bench.list("SELECT buyer || ' ' || status FROM orders WHERE sale = ? ORDER BY buyer", sale.value()))
                .containsExactly("ann CANCELLED", "bob RESERVED", "cid CANCELLED", "dan CANCELLED");
    }

    @Test
    void writesWhatExpired() {
        SaleDefinition brief = new SaleDefinition(
                new SaleId("brief"), "Brief", 500, new Price(100, "USD"), 0, 0, Duration.ofSeconds(1), 100);
        bench.node.putOn(brief);
        bench.meet(brief.id());
        for (int i = 0; i < 30; i++) {
            bench.node.buy(brief.id(), "buyer" + i);
        }
        bench.write(brief.id());

        Awaitility.await().until(() -> {
            now(bench.node.ledger.expire(brief.id()));
            return bench.shell.ask("HGET seckill:{brief}:stock reserved").equals("0");
        });
        bench.write(brief.id());

        bench.assertWritten(brief.id());
        assertThat(bench.ask("SELECT count(*) FROM orders WHERE sale = 'brief' AND status = 'EXPIRED'"))
                .isEqualTo("30");
    }

    @Test
    void writesTheSaleItselfAndItsEnd() {
        SaleId sale = bench.putOn(5);
        bench.write(sale);
        String row = "SELECT concat_ws(' ', name, capacity, amount_minor, currency, hold_ms, limit_per_buyer, state)"
                + " FROM sales WHERE sale = ?";
        assertThat(bench.ask(row, sale.value())).isEqualTo("A concert 5 4900 EUR 3600000 100 OPEN");

        now(bench.node.ledger.change(sale, new Change(SaleState.PAUSED, 8L)));
        now(bench.node.ledger.change(sale, new Change(SaleState.CLOSED, null)));
        bench.write(sale);
        assertThat(bench.ask(row, sale.value())).isEqualTo("A concert 8 4900 EUR 3600000 100 CLOSED");

        now(bench.node.ledger.change(sale, new Change(SaleState.ARCHIVED, null)));
        assertThat(bench.write(sale)).isEqualTo(Turn.FINISHED);
        assertThat(bench.write(sale)).as("again").isEqualTo(Turn.FINISHED);
        assertThat(bench.ask(row, sale.value())).isEqualTo("A concert 8 4900 EUR 3600000 100 ARCHIVED");
    }

    @Test
    void goesOnAfterTheLedgerWasAdoptedOnItsRestartedRedis() {
        try (OrderBench restarted = new OrderBench()) {
            SaleId sale = restarted.putOn(10);
            restarted.node.buy(sale, "ann");
            restarted.write(sale);
            restarted.node.buy(sale, "bob");

            restarted.redis.stop();
            restarted.redis.restart();
            Awaitility.await().ignoreExceptions().atMost(Duration.ofSeconds(20)).until(() -> {
                restarted.node.tick();
                return restarted.node.buy(sale, "cid") == Outcome.RESERVED;
            });
            restarted.write(sale);

            restarted.assertWritten(sale);
            assertThat(restarted.ask("SELECT max(epoch) FROM movements WHERE sale = ?", sale.value()))
                    .isEqualTo("2");
        }
    }

    @Test
    void writesInManyBatchesWhatItWritesInOne() {
        SaleId sale = bench.putOn(200);
        for (int i = 0; i < 60; i++) {
            bench.node.buy(sale, "buyer" + i);
            if (i % 3 == 0) {
                bench.node.cancel(sale, "buyer" + i);
            }
        }

        OrderBench.write(bench.writer(OrderBench.source(bench.postgres), 1), sale);

        bench.assertWritten(sale);
    }

    @Test
    void endsItsTurnWhenItsTimeIsOver() {
        SaleId sale = bench.putOn(200);
        for (int i = 0; i < 10; i++) {
            bench.node.buy(sale, "buyer" + i);
        }
        OrderWriter writer = bench.writer(OrderBench.source(bench.postgres), 1);

        assertThat(writer.turn(sale, System.nanoTime())).isEqualTo(Turn.MORE);

        assertThat(bench.ask("SELECT seq FROM progress WHERE sale = ?", sale.value()))
                .isNotEqualTo("0")
                .isNotEqualTo("11");
    }

    @Test
    void isAskedWithTheSettingsThatKeepACommit() {
        assertThat(bench.database.notDurable()).isEmpty();
    }
}
