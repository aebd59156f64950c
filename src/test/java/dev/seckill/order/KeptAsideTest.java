package dev.seckill.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.ledger.SaleRefused;
import dev.seckill.order.OrderWriter.Turn;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What cannot be written is kept aside with its place, and with it what follows for the same reservation; everything else goes on.
 * Touches a Redis and a PostgreSQL of its own.
 */
class KeptAsideTest {
    private static OrderBench bench;

    @BeforeAll
    static void start() {
        bench = new OrderBench();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    private static String code(SaleId sale, String buyer) {
        return ReservationId.derive(sale, new BuyerId(buyer), new IdempotencyKey("key"))
                .code();
    }

    private static List<String> statuses(SaleId sale) {
        return bench.list("SELECT buyer || ' ' || status FROM orders WHERE sale = ? ORDER BY buyer", sale.value());
    }

    private static String aside(SaleId sale) {
        return bench.ask("SELECT aside FROM progress WHERE sale = ?", sale.value());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "movement RESERVED at_ms 1700000000000 due_ms 1700000009000 amount_minor 100 %s many|ann",
                "movement RESERVED at_ms 1700000000000 due_ms 1700000009000 amount_minor 100 %s 0|ann",
                "movement RESERVED at_ms 1700000000000 due_ms 1700000009000 amount_minor 100 %s 999999999999|ann",
                "movement RESERVED at_ms 1700000000000 due_ms 1700000009000 amount_minor 100 %s \"1|a\\x00n\"",
                "movement RESERVED at_ms 1700000000000 due_ms 1700000009000 amount_minor 100 %s ann",
                "movement RESERVED at_ms 1700000000000 due_ms 1600000009000 amount_minor 100 %s 1|ann",
                "movement RESERVED at_ms 1700000000000 due_ms 1700000009000 amount_minor -1 %s 1|ann",
                "movement RESERVED at_ms 1700000000000 due_ms 1700000009000 amount_minor 9223372036854775808 %s 1|ann",
                "movement RESERVED at_ms 1700000000000 amount_minor 100 %s 1|ann",
                "movement RESERVED at_ms 9223372036854775807 due_ms 1 amount_minor 100 %s 1|ann",
                "movement RESERVED due_ms 1700000009000 amount_minor 100 %s 1|ann",
                "movement PAID at_ms 1700000000000 payment p1 %s 1|ann",
                "movement \"BAD\\x00KIND\" at_ms 1700000000000 %s 1|ann",
                "at_ms 1700000000000 %s 1|ann",
                "movement CANCELLED at_ms 1700000000000 to remaining %s 1|ann",
                "movement EXPIRED at_ms 1700000000000 to remaining %s 1|ann",
                "movement ADOPTED at_ms 1700000000000 %s 1|ann",
                "movement CREATED at_ms 1700000000000 %s 1|ann",
            })
    void keepsAsideWhatMakesNoSense(String fields) {
        SaleId sale = bench.putOn(10);
        bench.node.buy(sale, "before");
        String planted = "AAAAAAAAAAAAAAAAAAAAAA";

        bench.plant(sale, fields.formatted(planted));
        bench.plant(sale, "movement CANCELLED at_ms 1700000000001 to remaining " + planted + " 1|ann");
        bench.node.buy(sale, "after");
        assertThat(bench.write(sale)).isEqualTo(Turn.WRITTEN);

        assertThat(statuses(sale)).containsExactly("after RESERVED", "before RESERVED");
        assertThat(bench.keptAside(sale)).hasSize(2);
        assertThat(bench.keptAside(sale).get(0)).startsWith("1-3 " + planted);
        assertThat(bench.keptAside(sale).get(1)).startsWith("1-4 " + planted);
        assertThat(aside(sale)).isEqualTo("2");
        assertThat(bench.ask("SELECT count(*) FROM movements WHERE sale = ?", sale.value()))
                .isEqualTo("5");
    }

    @Test
    void keepsAsideOnlyTheReservationThatMakesNoSense() {
        SaleId sale = bench.putOn(10);
        String good = "movement RESERVED at_ms 1700000000000 due_ms 1700000009000 amount_minor 100";

        bench.plant(
                sale, good + " AAAAAAAAAAAAAAAAAAAAAA 1|ann BBBBBBBBBBBBBBBBBBBBBB x|bob CCCCCCCCCCCCCCCCCCCCCC 2|cid");
        bench.plant(
                sale,
                "movement EXPIRED at_ms 1700000009000 to remaining"
                        + " AAAAAAAAAAAAAAAAAAAAAA 1|ann BBBBBBBBBBBBBBBBBBBBBB 1|bob CCCCCCCCCCCCCCCCCCCCCC 1|cid");
        bench.write(sale);

        assertThat(statuses(sale)).containsExactly("ann EXPIRED", "cid RESERVED");
        assertThat(bench.keptAside(sale)).hasSize(3);
        assertThat(bench.keptAside(sale).get(2)).contains("CCCCC").contains("does not follow from RESERVED at 1-2");
    }

    @Test
    void keepsAsideASecondEndAndASecondBeginning() {
        SaleId sale = bench.putOn(10);
        bench.node.buy(sale, "ann");
        bench.node.buy(sale, "bob");
        bench.node.cancel(sale, "ann");
        bench.write(sale);

        bench.plant(sale, "movement EXPIRED at_ms 1700000000000 to remaining " + code(sale, "ann") + " 1|ann");
        bench.plant(
                sale,
                "movement RESERVED at_ms 1700000000000 due_ms 1700000009000 amount_minor 1 " + code(sale, "bob")
                        + " 1|bob");
        bench.write(sale);

        assertThat(statuses(sale)).containsExactly("ann CANCELLED", "bob RESERVED");
        assertThat(bench.keptAside(sale))
                .hasSize(2)
                .allMatch(line -> line.contains("does not fit the order, which is"));
    }

    @Test
    void keepsAsideWhatTheDatabaseRefusesAndWritesTheRestOfTheBatch() {
        SaleId sale = bench.putOn(10);
        bench.write(sale);
        bench.run("ALTER TABLE orders ADD CONSTRAINT whims CHECK (buyer <> 'bob') NOT VALID");
        try {
            for (String buyer : List.of("ann", "bob", "cid")) {
                bench.node.buy(sale, buyer);
            }
            bench.node.cancel(sale, "bob");
            bench.node.cancel(sale, "cid");
            bench.write(sale);

            assertThat(statuses(sale)).containsExactly("ann RESERVED", "cid CANCELLED");
            assertThat(bench.keptAside(sale)).hasSize(2);
            assertThat(bench.keptAside(sale).get(0)).contains("whims");
        } finally {
            bench.run("ALTER TABLE orders DROP CONSTRAINT whims");
        }

        assertThat(bench.writer().retry(sale)).isEqualTo(2);
        assertThat(bench.writer().retry(sale)).as("again").isZero();

        bench.assertWritten(sale);
        assertThat(aside(sale)).isEqualTo("0");
    }

    @Test
    void triesAgainInTheOrderOfEachReservationAndLeavesWhatStillCannotBe() {
        SaleId sale = bench.putOn(10);
        bench.write(sale);
        bench.run("ALTER TABLE orders ADD CONSTRAINT whims CHECK (buyer NOT IN ('bob', 'cid')) NOT VALID");
        for (String buyer : List.of("bob", "cid")) {
            bench.node.buy(sale, buyer);
            bench.node.cancel(sale, buyer);
        }
        bench.write(sale);
        bench.run("ALTER TABLE orders DROP CONSTRAINT whims, ADD CONSTRAINT whims CHECK (buyer <> 'cid') NOT VALID");

        assertThat(bench.writer().retry(sale)).isEqualTo(2);

        assertThat(statuses(sale)).containsExactly("bob CANCELLED");
        assertThat(bench.keptAside(sale)).hasSize(2).allMatch(line -> line.contains(code(sale, "cid")));
        assertThat(aside(sale)).isEqualTo("2");
        bench.run("ALTER TABLE orders DROP CONSTRAINT whims");
        assertThat(bench.writer().retry(sale)).isEqualTo(2);
        bench.assertWritten(sale);
    }

    @Test
    void showsWhatIsKeptAsideOfAnArchivedSaleUntilItIsWrittenAfterAll() {
        SaleId sale = bench.putOn(10);
        bench.write(sale);
        bench.run("ALTER TABLE orders ADD CONSTRAINT whims CHECK (buyer <> 'bob') NOT VALID");
        bench.node.buy(sale, "bob");
        bench.node.cancel(sale, "bob");
        bench.write(sale);
        bench.run("ALTER TABLE orders DROP CONSTRAINT whims");
        bench.run("UPDATE sales SET state = 'ARCHIVED' WHERE sale = ?", sale.value());
        bench.run("UPDATE progress SET finished_at = now(), writer = NULL WHERE sale = ?", sale.value());
        Roster roster = new Roster(bench.database, "bench", Duration.ofSeconds(5));

        assertThat(roster.beat(List.of()))
                .filteredOn(line -> line.sale().equals(sale))
                .singleElement()
                .matches(line -> line.aside() == 2 && !line.isMine());

        assertThat(bench.writer().retry(sale)).isEqualTo(2);
        assertThat(roster.beat(List.of())).noneMatch(line -> line.sale().equals(sale));
        assertThat(statuses(sale)).containsExactly("bob CANCELLED");
    }

    @Test
    void keepsAsideWhatIsWrongWithTheSaleAndWritesItsOrders() {
        SaleId sale = bench.putOn(10);
        bench.plant(sale, "movement STATE_CHANGED at_ms 1700000000000 state ASLEEP");
        bench.plant(sale, "movement CAPACITY_ADDED at_ms 1700000000000 quantity 5 to remaining");
        bench.node.buy(sale, "ann");
        bench.write(sale);

        assertThat(statuses(sale)).containsExactly("ann RESERVED");
        assertThat(bench.keptAside(sale)).hasSize(2);
        assertThat(bench.ask("SELECT state || capacity FROM sales WHERE sale = ?", sale.value()))
                .isEqualTo("OPEN10");
    }

    @Test
    void keepsAsideEverythingOfASaleThatCannotBeWrittenItself() {
        SaleId sale = bench.putOn(10);
        bench.node.buy(sale, "ann");
        bench.run("ALTER TABLE sales ADD CONSTRAINT whims CHECK (sale <> '" + sale + "')");
        bench.node.cancel(sale, "ann");
        bench.write(sale);
        assertThat(bench.keptAside(sale)).hasSize(3);

        bench.run("ALTER TABLE sales DROP CONSTRAINT whims");
        assertThat(bench.writer().retry(sale)).isEqualTo(3);

        bench.assertWritten(sale);
    }

    // --- histories that do not go on --------------------------------------------------------------------------------

    private static void assertStops(SaleId sale, SaleStopped.Reason reason) {
        String before = bench.orders(sale).toString();
        assertThatThrownBy(() -> bench.write(sale))
                .isInstanceOfSatisfying(SaleStopped.class, stopped -> assertThat(stopped.reason())
                        .isEqualTo(reason));
        assertThat(bench.orders(sale)).hasToString(before);
    }

    @Test
    void stopsAtAGapAndGoesOnWhenItIsFilled() {
        SaleId sale = bench.putOn(10);
        bench.node.buy(sale, "ann");
        bench.write(sale);
        bench.shell.ask("HINCRBY seckill:{" + sale + "}:stock seq 1");
        bench.node.buy(sale, "bob");

        assertStops(sale, SaleStopped.Reason.GAP);
        assertThat(statuses(sale)).containsExactly("ann RESERVED");
    }

    @Test
    void stopsWhenTheLedgerHasLostWhatTheDatabaseHas() {
        SaleId sale = bench.putOn(10);
        bench.node.buy(sale, "ann");
        bench.node.buy(sale, "bob");
        bench.write(sale);
        String key = "seckill:{" + sale + "}:";
        bench.shell.ask("XDEL " + key + "movements 1-3");
        bench.shell.ask("HSET " + key + "stock seq 2");
        assertStops(sale, SaleStopped.Reason.BEHIND);

        // adopted as it is, and sold on: also past the place that the database has
        bench.shell.ask("HSET " + key + "stock epoch 2");
        bench.plant(sale, "movement ADOPTED at_ms 1700000000000 run_id x");
        assertStops(sale, SaleStopped.Reason.BEHIND);
        for (int i = 0; i < 5; i++) {
            bench.plant(sale, "movement RESTOCKED at_ms 1700000000000 quantity 1 sellable 2");
        }
        assertStops(sale, SaleStopped.Reason.BEHIND);
    }

    @Test
    void stopsWhenAnotherHistoryHasGrownPastItsPlace() {
        SaleId sale = bench.putOn(10);
        bench.node.buy(sale, "ann");
        bench.write(sale);
        String key = "seckill:{" + sale + "}:";
        String created =
                "name Other quantity 10 amount_minor 1 currency EUR opens_at_ms 1 closes_at_ms 0 hold_ms 1 limit_per_buyer 1";
        bench.shell.ask("DEL " + key + "movements");
        bench.shell.ask("HSET " + key + "stock seq 0");
        bench.plant(sale, "movement CREATED at_ms 1700000000000 " + created);
        bench.plant(sale, "movement STATE_CHANGED at_ms 1700000000000 state PAUSED");
        bench.plant(sale, "movement STATE_CHANGED at_ms 1700000000000 state CLOSED");

        assertStops(sale, SaleStopped.Reason.REPLACED);
    }

    @Test
    void waitsForASaleThatIsLostToBeRebuilt() {
        SaleId sale = bench.putOn(10);
        bench.node.buy(sale, "ann");
        bench.write(sale);
        bench.shell.ask("DEL seckill:{" + sale + "}:movements seckill:{" + sale + "}:stock");

        assertThatThrownBy(() -> bench.write(sale))
                .isInstanceOfSatisfying(
                        SaleRefused.class, e -> assertThat(e.reason()).isEqualTo(SaleRefused.Reason.RECOVERING));
    }

    @Test
    void stopsWhenTheSaleWasArchivedBeforeItWasWritten() {
        SaleId sale = bench.putOn(10);
        bench.write(sale);
        bench.node.buy(sale, "ann");
        bench.node.cancel(sale, "ann");
        bench.shell.ask("HSET seckill:{" + sale + "}:stock state ARCHIVED");
        bench.shell.ask("DEL seckill:{" + sale + "}:movements");

        assertStops(sale, SaleStopped.Reason.GONE);
    }
}
