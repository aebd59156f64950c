package dev.seckill.order;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.ledger.Change;
import dev.seckill.order.OrdersAway.Reason;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.Operator;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.SaleState;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What could not be written is shown and tried again, what operators did is shown, and whoever looks hears why if there is nothing
 * to see. Touches a Redis and a PostgreSQL of its own.
 */
class OrderSearchTest {
    private static final Operator OLGA = new Operator("olga");

    private static OrderBench bench;
    private static OrderSearch search;

    @BeforeAll
    static void start() {
        bench = new OrderBench();
        search = new OrderSearch(orders(Optional.of(bench.postgres.url()), true), Runnable::run);
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    /** A node's, of which the first round is over or not. */
    private static Orders orders(Optional<String> url, boolean started) {
        Orders orders = new Orders(
                new OrderConfig(
                        url, "looks", OrdersTest.LEASE, 1, OrderBench.BATCH_ROWS, OrdersTest.LEASE, OrdersTest.LEASE),
                bench.node.ledger,
                () -> OrderBench.source(bench.postgres),
                Runnable::run);
        if (started) {
            orders.tend(List.of());
            assertThat(orders.state()).isEqualTo(Orders.State.WRITING);
        }
        return orders;
    }

    private static <T> List<T> all(Function<Optional<String>, Listing<T>> part) {
        List<T> all = new ArrayList<>();
        Optional<String> after = Optional.empty();
        do {
            Listing<T> listing = part.apply(after);
            all.addAll(listing.items());
            after = listing.after();
        } while (after.isPresent());
        return all;
    }

    private static List<String> keptAside(Optional<SaleId> sale, int limit) {
        return all(after -> now(search.keptAside(sale, limit, after))).stream()
                .map(kept -> kept.sale() + " " + kept.movement().place() + " "
                        + kept.movement().kind() + " " + kept.reservation())
                .toList();
    }

    @Test
    void showsWhatIsKeptAsidePartByPartInItsOrder() {
        SaleId one = bench.putOn(10);
        SaleId other = bench.putOn(10);
        String due = "at_ms 1700000000000 due_ms 1700000009000 amount_minor 100";
        for (SaleId sale : List.of(one, other)) {
            bench.plant(sale, "movement STATE_CHANGED at_ms 1700000000000 state ASLEEP");
            bench.plant(
                    sale,
                    "movement RESERVED " + due + " AAAAAAAAAAAAAAAAAAAAAA x|ann BBBBBBBBBBBBBBBBBBBBBB 1|bob"
                            + " \"C\\x00CCCCCCCCCCCCCCCCCCCC\" x|cid");
            bench.write(sale);
        }

        List<String> ofOne = List.of(
                one + " 1-2 STATE_CHANGED ",
                one + " 1-3 RESERVED AAAAAAAAAAAAAAAAAAAAAA",
                one + " 1-3 RESERVED C?CCCCCCCCCCCCCCCCCCCC");
        for (int limit : List.of(1, 2, 3, 100)) {
            assertThat(keptAside(Optional.of(one), limit)).isEqualTo(ofOne);
            assertThat(keptAside(Optional.empty(), limit))
                    .containsSubsequence(ofOne)
                    .anyMatch(line -> line.equals(other + " 1-2 STATE_CHANGED "));
        }
        KeptAside ann = now(search.keptAside(Optional.of(one), 2, Optional.empty()))
                .items()
                .get(1);
        assertThat(ann.movement().parts())
                .as("her part alone")
                .hasSize(1)
                .first()
                .hasToString("Part[reservation=AAAAAAAAAAAAAAAAAAAAAA, text=x|ann]");
        assertThat(ann.reason()).contains("quantity|buyer");
    }

    @Test
    void triesAgainSoManyStepsAtATimeAndKeepsTheirOrder() {
        SaleId sale = bench.putOn(1_000);
        bench.write(sale);
        bench.run("ALTER TABLE orders ADD CONSTRAINT whims CHECK (sale <> '" + sale + "') NOT VALID");
        bench.run("ALTER TABLE sales ADD CONSTRAINT sleepless CHECK (state <> 'PAUSED') NOT VALID");
        now(bench.node.ledger.change(sale, new Change(SaleState.PAUSED, null)));
        now(bench.node.ledger.change(sale, new Change(SaleState.OPEN, null)));
        CompletableFuture.allOf(IntStream.range(0, 500)
                        .mapToObj(i -> bench.node.ask(sale, "buyer-" + i))
                        .toArray(CompletableFuture[]::new))
                .join();
        now(bench.node.ledger.change(sale, new Change(null, 1_001L)));
        bench.write(sale);
        assertThat(bench.ask("SELECT aside FROM progress WHERE sale = ?", sale.value()))
                .isEqualTo("503");
        bench.run("ALTER TABLE orders DROP CONSTRAINT whims");

        Retried first = now(search.retry(sale, OLGA, Optional.empty())).orElseThrow();
        assertThat(first.written()).isEqualTo(498);
        assertThat(first.waiting()).isEqualTo(5);
        Retried second = now(search.retry(sale, OLGA, first.after())).orElseThrow();

        assertThat(second).isEqualTo(new Retried(2, 3, Optional.empty()));
        assertThat(bench.ask("SELECT capacity FROM sales WHERE sale = ?", sale.value()))
                .as("added after the sale was paused, which is not written yet")
                .isEqualTo("1000");
        bench.run("ALTER TABLE sales DROP CONSTRAINT sleepless");
        assertThat(now(search.retry(sale, OLGA, Optional.empty()))).contains(new Retried(3, 0, Optional.empty()));
        bench.assertWritten(sale);
        assertThat(now(search.actions(Optional.of(sale), Optional.empty(), 10, Optional.empty()))
                        .items())
                .extracting(OperatorAction::detail)
                .containsExactly("3 written, 0 wait", "2 written, 3 wait", "498 written, 5 wait");
    }

    @Test
    void triesNothingOfASaleThatThereIsNot() {
        SaleId sale = new SaleId("no-such-sale");

        assertThat(now(search.retry(sale, OLGA, Optional.empty()))).isEmpty();
        assertThat(now(search.actions(Optional.of(sale), Optional.empty(), 10, Optional.empty()))
                        .items())
                .isEmpty();
    }

    @Test
    void showsWhatOperatorsDidNewestFirstPartByPart() {
        SaleId sale = bench.putOn(10);
        for (int i = 0; i < 7; i++) {
            bench.writer().retry(sale, new Operator("operator-" + i % 2), Optional.empty());
        }
        Operator one = new Operator("operator-1");

        for (int limit : List.of(1, 3, 7, 100)) {
            assertThat(all(after -> now(search.actions(Optional.of(sale), Optional.empty(), limit, after))))
                    .extracting(OperatorAction::operator)
                    .containsExactly(
                            "operator-0",
                            "operator-1",
                            "operator-0",
                            "operator-1",
                            "operator-0",
                            "operator-1",
                            "operator-0");
            assertThat(all(after -> now(search.actions(Optional.of(sale), Optional.of(one), limit, after))))
                    .hasSize(3);
            assertThat(all(after -> now(search.actions(Optional.empty(), Optional.of(one), limit, after))))
                    .hasSize(3);
        }
    }

    // --- when there is nothing to see -------------------------------------------------------------------------------

    private static void assertAway(Reason reason, ThrowingCallable look) {
        assertThatThrownBy(look).satisfies(thrown -> {
            Throwable fault = thrown instanceof CompletionException ? thrown.getCause() : thrown;
            assertThat(fault).isInstanceOfSatisfying(OrdersAway.class, away -> assertThat(away.reason())
                    .isEqualTo(reason));
        });
    }

    private static void look(OrderSearch search) {
        OrderQuery query = OrderQuery.of(new BuyerId("ann"), Optional.empty(), Optional.empty());
        now(search.orders(query, 10, Optional.empty()));
    }

    @Test
    void saysWhyThereIsNothingToSee() {
        Executor full = task -> {
            throw new RejectedExecutionException();
        };
        Optional<String> url = Optional.of(bench.postgres.url());

        assertAway(Reason.OFF, () -> look(new OrderSearch(orders(Optional.empty(), false), Runnable::run)));
        assertAway(Reason.AWAY, () -> look(new OrderSearch(orders(url, false), Runnable::run)));
        assertAway(Reason.BUSY, () -> look(new OrderSearch(orders(url, true), full)));
    }

    @Test
    void givesUpASearchThatTakesTooLong() {
        bench.database.transact(connection -> {
            for (String sql : List.of(
                    "SET LOCAL idle_in_transaction_session_timeout = 0",
                    "LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")) {
                try (PreparedStatement statement = connection.prepareStatement(sql)) {
                    statement.execute();
                }
            }
            assertAway(Reason.AWAY, () -> look(search));
            return null;
        });

        look(search);
    }
}
