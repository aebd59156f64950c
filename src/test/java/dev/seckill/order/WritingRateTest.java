package dev.seckill.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.trade.Outcome;
import dev.seckill.trade.SaleId;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/**
 * Prints how many orders a second one writer writes, by the size of its transactions: what it prints is for whoever changes that,
 * nothing depends on it. Touches a Redis and a PostgreSQL of its own.
 */
class WritingRateTest {
    private static final int ALONE = 1_000;
    private static final int TOGETHER = 20_000;
    private static final int CROWD = 100;

    @Test
    void printsOrdersASecondByRowsInATransaction() throws SQLException {
        try (OrderBench bench = new OrderBench();
                Connection connection = OrderBench.source(bench.postgres).getConnection()) {
            DataSource pool = pool(connection);
            rate(bench, pool, "to warm up", ALONE, 1, 500);
            rate(bench, pool, "one by one", ALONE, 1, 1);
            for (int rows : new int[] {100, 500, 2_000, 8_000}) {
                rate(bench, pool, "bought one by one", ALONE, 1, rows);
            }
            for (int rows : new int[] {1, 500, 2_000, 8_000}) {
                rate(bench, pool, "bought by " + CROWD + " at once", TOGETHER, CROWD, rows);
            }
        }
    }

    private static void rate(OrderBench bench, DataSource pool, String how, int tickets, int atOnce, int rows) {
        SaleId sale = bench.putOn(tickets);
        for (int i = 0; i < tickets; i += atOnce) {
            List<CompletableFuture<Outcome>> crowd = new ArrayList<>();
            for (int j = 0; j < atOnce; j++) {
                crowd.add(bench.node.ask(sale, "buyer" + (i + j)).thenApply(answer -> answer.outcome()));
            }
            crowd.forEach(CompletableFuture::join);
        }
        long from = System.nanoTime();

        OrderBench.write(bench.writer(pool, rows), sale);

        double seconds = (System.nanoTime() - from) / 1e9;
        assertThat(bench.orders(sale)).hasSize(tickets);
        System.out.printf(
                "%s, transactions of %d rows: %.0f orders/s, movements of %s%n",
                how, rows, tickets / seconds, bench.ask("""
                        SELECT round(avg(json_array_length(body->'parts'))) FROM movements WHERE sale = ?
                        AND kind = 'RESERVED'""", sale.value()));
    }

    /** One connection that is never closed, as a pool has. */
    private static DataSource pool(Connection connection) {
        Connection kept = (Connection) Proxy.newProxyInstance(
                WritingRateTest.class.getClassLoader(), new Class<?>[] {Connection.class}, (self, method, args) -> {
                    try {
                        return method.getName().equals("close") ? null : method.invoke(connection, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        return (DataSource) Proxy.newProxyInstance(
                WritingRateTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (self, method, args) -> kept);
    }
}
