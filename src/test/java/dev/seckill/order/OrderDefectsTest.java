package dev.seckill.order;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.trade.Outcome;
import dev.seckill.trade.Price;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What went wrong with orders in systems that sold tickets this way before, and must not here: a story each. Touches a Redis and a
 * PostgreSQL of its own.
 */
@Timeout(60)
class OrderDefectsTest {
    private static OrderBench bench;

    @BeforeAll
    static void start() {
        bench = new OrderBench();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    /** A consumer threw away what it thought was too old. */
    @Test
    void anOrderIsWrittenHoweverLate() throws InterruptedException {
        SaleDefinition brief =
                new SaleDefinition(new SaleId("late"), "Late", 5, new Price(1, "EUR"), 0, 0, Duration.ofSeconds(1), 1);
        bench.node.putOn(brief);
        bench.meet(brief.id());
        assertThat(bench.node.buy(brief.id(), "ann")).isEqualTo(Outcome.RESERVED);

        TimeUnit.MILLISECONDS.sleep(1_500);
        bench.write(brief.id());

        bench.assertWritten(brief.id());
        assertThat(bench.orders(brief.id())).as("due before it was written").hasSize(1);
    }

    /** A consumer's batch threw, and all of it was gone. */
    @Test
    void oneThatCannotBeWrittenTakesNobodyAlongAndIsShown() {
        SaleId sale = bench.putOn(100);
        for (int i = 0; i < 20; i++) {
            bench.node.buy(sale, "before" + i);
        }
        bench.plant(sale, "movement RESERVED at_ms soon due_ms later AAAAAAAAAAAAAAAAAAAAAA 1|ann");
        for (int i = 0; i < 20; i++) {
            bench.node.buy(sale, "after" + i);
        }

        bench.write(sale);

        assertThat(bench.orders(sale)).isEqualTo(bench.reservations(sale)).hasSize(40);
        assertThat(bench.keptAside(sale)).singleElement().asString().contains("lacks a number");
    }

    /** A job copied the database's stock into Redis while orders were on their way, and sold tickets twice. */
    @Test
    void nothingFlowsBackFromADatabaseThatLags() {
        SaleId sale = bench.putOn(10);
        for (int i = 0; i < 5; i++) {
            bench.node.buy(sale, "early" + i);
        }
        bench.write(sale);
        for (int i = 0; i < 5; i++) {
            bench.node.buy(sale, "late" + i);
        }
        String stock = bench.shell.ask("HGETALL seckill:{" + sale + "}:stock");

        Comparison compared = bench.reconciler().compare(sale, new Sweep()).orElseThrow();
        assertThat(compared).as("five orders behind is no drift").matches(Comparison::agrees);
        bench.leave();
        Orders orders = new Orders(
                OrdersTest.config(bench.postgres.url(), "catching-up", Duration.ofSeconds(2)),
                bench.node.ledger,
                () -> OrderBench.source(bench.postgres),
                Runnable::run);
        orders.tend(List.of(sale));

        assertThat(bench.orders(sale)).as("this node has written them").hasSize(10);
        assertThat(bench.shell.ask("HGETALL seckill:{" + sale + "}:stock")).isEqualTo(stock);
        assertThat(bench.node.buy(sale, "one-too-many")).isEqualTo(Outcome.SOLD_OUT);
        assertThat(now(bench.node.ledger.show(sale)).orElseThrow().reserved()).isEqualTo(10);
        bench.assertWritten(sale);
    }
}
