package dev.seckill.order;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seckill.LocalNode;
import dev.seckill.database.Database;
import dev.seckill.ledger.Corrected;
import dev.seckill.ledger.Ledgers;
import dev.seckill.ledger.Movement;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.Place;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.Standing;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever somebody changes by hand in the ledger or in the tables is found, and what is proved wrong is put right. Touches a Redis
 * and a PostgreSQL of its own.
 */
class ReconcilerTest {
    private static final int CAPACITY = 20;

    private static OrderBench bench;

    @BeforeAll
    static void start() {
        bench = new OrderBench();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    /** Eight tickets reserved, three of them written, two cancelled and one returning. */
    private static SaleId inMidSale() {
        SaleId sale = bench.putOn(CAPACITY);
        bench.node.buy(sale, "ann");
        bench.node.buy(sale, "bob");
        bench.node.cancel(sale, "bob");
        bench.write(sale);
        for (int i = 0; i < 5; i++) {
            bench.node.buy(sale, "buyer" + i);
        }
        return sale;
    }

    private static Comparison compare(SaleId sale) {
        return compare(sale, new Sweep());
    }

    private static Comparison compare(SaleId sale, Sweep sweep) {
        return bench.reconciler().compare(sale, sweep).orElseThrow();
    }

    private static String key(SaleId sale, String name) {
        return "seckill:{" + sale + "}:" + name;
    }

    private static Sale stands(SaleId sale) {
        return now(bench.node.ledger.show(sale)).orElseThrow();
    }

    private static String code(SaleId sale, String buyer) {
        return ReservationId.derive(sale, new BuyerId(buyer), new IdempotencyKey("key"))
                .code();
    }

    private static List<Movement> corrections(SaleId sale) {
        return Ledgers.auditedMovements(bench.redis, sale).stream()
                .filter(each -> each.kind().equals("CORRECTED"))
                .toList();
    }

    /** Sells what is left; gives how many that were. */
    private static int sellOut(SaleId sale) {
        int[] sold = {0};
        await().atMost(Duration.ofSeconds(10)).pollDelay(Duration.ZERO).until(() -> {
            bench.node.tick();
            Outcome outcome = bench.node.buy(sale, "late" + System.nanoTime());
            sold[0] += outcome == Outcome.RESERVED ? 1 : 0;
            Sale stands = stands(sale);
            return outcome == Outcome.SOLD_OUT && stands.standing().returning() == 0;
        });
        return sold[0];
    }

    // --- the ledger's numbers ---------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "remaining, 7",
        "remaining, -7",
        "remaining, -100",
        "returning, 3",
        "returning, -3",
        "reserved, 4",
        "reserved, -4",
        "reserved, -100",
        "sold, 5",
        "sold, -5",
        "capacity, 9",
        "capacity, -9",
    })
    void correctsANumberThatSomebodyChangedAndSellsExactlyWhatIsThere(String number, int by) {
        SaleId sale = inMidSale();
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " " + number + " " + by);
        assertThat(bench.node.buy(sale, "while-damaged")).isEqualTo(Outcome.BUSY);

        Sweep sweep = new Sweep();
        assertThat(compare(sale, sweep))
                .as("on top of what is not written")
                .matches(found -> found.drift() == Math.abs(by) && found.corrections() == 0);
        bench.write(sale);
        assertThat(compare(sale, sweep)).matches(found -> found.drift() == Math.abs(by) && found.corrections() == 1);

        assertThat(compare(sale, sweep)).as("again").matches(Comparison::agrees);
        assertThat(sellOut(sale)).isEqualTo(CAPACITY - 6);
        assertThat(stands(sale).reserved()).isEqualTo(CAPACITY);
        assertThat(corrections(sale)).singleElement().satisfies(each -> assertThat(
                        each.fields().get("reason"))
                .startsWith("movements and orders add up to capacity 20, free 14, reserved 6, sold 0"));
        bench.write(sale);
        bench.assertWritten(sale);
    }

    @ParameterizedTest
    @CsvSource({"remaining, sold", "remaining, reserved", "reserved, remaining"})
    void correctsTicketsThatWereMovedFromOneNumberToAnotherWhileTheSaleGoesOn(String from, String to) {
        SaleId sale = inMidSale();
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " " + from + " -2");
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " " + to + " 2");
        assertThat(bench.node.buy(sale, "meanwhile")).isEqualTo(Outcome.RESERVED);

        Sweep sweep = new Sweep();
        assertThat(compare(sale, sweep)).matches(found -> found.drift() == 2 && found.corrections() == 0);
        assertThat(compare(sale, sweep).corrections()).as("still unwritten").isZero();
        bench.write(sale);
        assertThat(bench.node.buy(sale, "unwritten")).isEqualTo(Outcome.RESERVED);
        assertThat(compare(sale, sweep)).matches(found -> found.drift() == 2 && found.corrections() == 1);

        assertThat(sellOut(sale)).isEqualTo(CAPACITY - 8);
        assertThat(corrections(sale)).hasSize(1);
    }

    /** As a ledger with a flaw would write it. */
    @Test
    void freesNoTicketForASecondEndThatIsNotWrittenYet() {
        SaleId sale = bench.putOn(CAPACITY);
        bench.node.buy(sale, "ann");
        bench.node.cancel(sale, "ann");
        bench.write(sale);
        bench.plant(sale, "movement EXPIRED at_ms 1700000000000 to remaining " + code(sale, "ann") + " 1|ann");

        Sweep sweep = new Sweep();
        assertThat(compare(sale, sweep)).matches(found -> found.drift() == 1 && found.corrections() == 0);
        bench.write(sale);
        assertThat(compare(sale, sweep)).matches(found -> found.drift() == 1 && found.corrections() == 0);

        assertThat(sellOut(sale)).isEqualTo(CAPACITY);
    }

    /** What was proved once proves nothing later. */
    @Test
    void freesNoTicketForASecondEndThatLooksLikeWhatWasCorrectedBefore() {
        SaleId sale = bench.putOn(CAPACITY);
        bench.node.buy(sale, "ann");
        bench.node.buy(sale, "bob");
        bench.node.cancel(sale, "ann");
        bench.write(sale);
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " reserved 1");
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " remaining -1");
        Sweep sweep = new Sweep();
        assertThat(compare(sale, sweep).corrections()).isEqualTo(1);
        bench.write(sale);

        bench.plant(sale, "movement EXPIRED at_ms 1700000000000 to remaining " + code(sale, "ann") + " 1|ann");

        assertThat(compare(sale, sweep)).matches(found -> found.drift() == 1 && found.corrections() == 0);
        assertThat(sellOut(sale)).isEqualTo(CAPACITY - 1);
    }

    @Test
    void correctsNothingWhileSomethingIsKeptAside() {
        SaleId sale = inMidSale();
        bench.plant(sale, "movement RESERVED at_ms soon AAAAAAAAAAAAAAAAAAAAAA 1|ann");
        bench.write(sale);
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " sold 1");

        Comparison found = compare(sale);

        assertThat(found.agrees()).isFalse();
        assertThat(found.corrections()).isZero();
        assertThat(found.trouble()).contains("lacks a number");
        assertThat(stands(sale).sold()).isEqualTo(1);
    }

    @Test
    void countsWhatIsKeptAsideAndCanBeReadButCorrectsNothing() {
        SaleId sale = bench.putOn(CAPACITY);
        bench.write(sale);
        bench.run("ALTER TABLE orders ADD CONSTRAINT whims CHECK (buyer <> 'bob') NOT VALID");
        try {
            bench.node.buy(sale, "ann");
            bench.node.buy(sale, "bob");
            bench.write(sale);

            assertThat(compare(sale).drift()).isZero();
            bench.shell.ask("HINCRBY " + key(sale, "stock") + " remaining 2");
            assertThat(compare(sale))
                    .matches(found -> found.drift() == 2 && found.corrections() == 0)
                    .hasToString("drift 2 tickets, 0 orders differ, 0 corrections; 1 steps are kept aside");
        } finally {
            bench.run("ALTER TABLE orders DROP CONSTRAINT whims");
        }
        bench.writer().retry(sale);
        assertThat(compare(sale).corrections()).isEqualTo(1);
        assertThat(corrections(sale)).hasSize(1);
    }

    /** Both of its steps wait, so the numbers agree without them. */
    @Test
    void isNotEnoughForTheArchiveWhileSomethingIsKeptAside() {
        SaleId sale = bench.putOn(CAPACITY);
        bench.write(sale);
        bench.run("ALTER TABLE orders ADD CONSTRAINT whims CHECK (buyer <> 'bob') NOT VALID");
        bench.node.buy(sale, "bob");
        bench.node.cancel(sale, "bob");
        bench.write(sale);
        bench.run("ALTER TABLE orders DROP CONSTRAINT whims");

        assertThat(bench.reconciler().compareAll(sale))
                .matches(found -> !found.agrees())
                .hasToString("drift 0 tickets, 0 orders differ, 0 corrections; 2 steps are kept aside");

        bench.writer().retry(sale);
        assertThat(bench.reconciler().compareAll(sale)).matches(Comparison::agrees);
    }

    @ParameterizedTest
    @CsvSource({"LENT, has a kind that this version does not know", "PAID, names no payment"})
    void correctsNothingThatItDoesNotUnderstand(String movement, String problem) {
        SaleId sale = inMidSale();
        bench.plant(sale, "movement " + movement + " at_ms 1700000000000 " + code(sale, "ann") + " 1|ann");
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " sold 1");

        assertThat(compare(sale).trouble()).contains(problem);

        assertThat(stands(sale).sold()).isEqualTo(1);
    }

    @Test
    void correctsNothingWhenTheLedgerHasAnotherHistory() {
        SaleId sale = inMidSale();
        bench.write(sale);
        String seq = bench.shell.ask("HGET " + key(sale, "stock") + " seq");
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " seq -1");
        bench.shell.ask("XDEL " + key(sale, "movements") + " 1-" + seq);
        bench.shell.ask("DEL " + key(sale, "movements"));
        bench.shell.ask("XADD " + key(sale, "movements") + " 1-" + seq + " movement STATE_CHANGED at_ms 1 state OPEN");
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " seq 1");
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " sold 1");

        assertThat(compare(sale).trouble()).contains("the ledger has another history than the database");

        assertThat(stands(sale).sold()).isEqualTo(1);
    }

    @Test
    void correctsNothingIfTheMovementsAreImpossible() {
        SaleId sale = bench.putOn(CAPACITY);
        bench.write(sale);
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " capacity 5");
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " remaining 5");
        for (int i = 0; i < CAPACITY + 5; i++) {
            assertThat(bench.node.buy(sale, "buyer" + i)).isEqualTo(Outcome.RESERVED);
        }
        bench.write(sale);

        Comparison found = compare(sale);

        assertThat(found.drift()).as("sold past the sale's capacity").isEqualTo(5);
        assertThat(found.corrections()).isZero();
        assertThat(found.trouble()).startsWith("the movements add up to less than nothing");
    }

    /** Fourteen are free, of which none rests. Somebody may have been refused for want of what was taken away. */
    @ParameterizedTest
    @CsvSource({"remaining, -7, 7, 7", "remaining, 7, 14, 0", "returning, 3, 11, 3", "reserved, -4, 14, 0"})
    void letsWhatGoesBackOnSaleRestThoughMoreThanTheLimitRemain(String number, int by, int remaining, int returning) {
        SaleId sale = bench.node.putOn(LocalNode.sale(CAPACITY, 0, 2));
        bench.meet(sale);
        for (int i = 0; i < 6; i++) {
            bench.node.buy(sale, "buyer" + i);
        }
        bench.write(sale);
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " " + number + " " + by);

        compare(sale);

        assertThat(stands(sale).standing())
                .extracting(Standing::remaining, Standing::returning)
                .containsExactly((long) remaining, (long) returning);
        assertThat(bench.shell
                        .ask("HGET " + key(sale, "stock") + " restock_at_ms")
                        .equals("0"))
                .isEqualTo(returning == 0);
    }

    @Test
    void takesTicketsOffSaleBeforeThoseThatRest() {
        SaleId sale = bench.putOn(1);
        bench.node.buy(sale, "ann");
        bench.node.cancel(sale, "ann");
        assertThat(stands(sale).standing().returning()).isEqualTo(1);
        bench.write(sale);
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " remaining 50");

        compare(sale);

        assertThat(stands(sale).standing())
                .as("as before, so whoever was refused meanwhile may ask again when it is on sale")
                .extracting(Standing::remaining, Standing::returning)
                .containsExactly(0L, 1L);
    }

    /** As when an answer got lost, or two nodes do it at once. */
    @Test
    void correctsOnceWhatLeftTheSumsAsTheyWere() {
        SaleId sale = inMidSale();
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " remaining -2");
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " sold 2");
        Sale seen = stands(sale);
        bench.node.buy(sale, "meanwhile");

        assertThat(now(bench.node.ledger.correct(seen, 0, 0, -2, "nothing was sold")))
                .isEqualTo(Corrected.CORRECTED);
        assertThat(now(bench.node.ledger.correct(seen, 0, 0, -2, "nothing was sold")))
                .isEqualTo(Corrected.MOVED);

        assertThat(compare(sale)).matches(Comparison::agrees);
        assertThat(corrections(sale)).hasSize(1);
    }

    /** As when somebody puts right by hand what is being corrected. */
    @Test
    void correctsNothingThatHasChangedSinceItWasSeen() {
        SaleId sale = inMidSale();
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " reserved 2");
        Sale seen = stands(sale);
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " reserved -2");

        assertThat(now(bench.node.ledger.correct(seen, 0, -2, 0, "reserved is 2 too many")))
                .isEqualTo(Corrected.MOVED);

        assertThat(compare(sale)).matches(Comparison::agrees);
        assertThat(corrections(sale)).isEmpty();
    }

    // --- orders -----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM orders WHERE sale = ? AND buyer = 'ann'",
                "DELETE FROM orders WHERE sale = ?",
                "DELETE FROM orders WHERE sale = ? AND buyer = 'bob'",
                "UPDATE orders SET status = 'EXPIRED', ended_at = now(), seq = seq + 1 WHERE sale = ? AND buyer = 'ann'",
                "UPDATE orders SET status = 'PAID', payment = reservation, seq = seq + 1 WHERE sale = ? AND buyer = 'ann'",
                "UPDATE orders SET quantity = 7 WHERE sale = ? AND buyer = 'ann'",
                "UPDATE orders SET quantity = 7 WHERE sale = ? AND buyer = 'bob'",
                "UPDATE orders SET buyer = 'mallory' WHERE sale = ? AND buyer = 'ann'",
                "UPDATE orders SET status = 'RESERVED', ended_at = NULL WHERE sale = ? AND buyer = 'bob'",
            })
    void rewritesAnOrderThatSomebodyChangedAndNotesIt(String harm) {
        SaleId sale = inMidSale();
        bench.run("ALTER TABLE orders DISABLE TRIGGER orders_end_once");
        int harmed = bench.run(harm, sale.value());
        bench.run("ALTER TABLE orders ENABLE TRIGGER orders_end_once");
        String stock = bench.shell.ask("HGETALL " + key(sale, "stock"));

        Comparison found = compare(sale);

        assertThat(found.corrections()).isEqualTo(harmed).isPositive();
        assertThat(compare(sale)).as("again").matches(Comparison::agrees);
        assertThat(bench.list(
                        "SELECT detail FROM operator_actions WHERE operator = 'reconciliation'"
                                + " AND action = 'CORRECT_ORDER' AND sale = ?",
                        sale.value()))
                .hasSize(harmed)
                .allMatch(detail -> detail.contains(" was ") && detail.contains(" and is {"));
        assertThat(bench.shell.ask("HGETALL " + key(sale, "stock"))).isEqualTo(stock);
        bench.write(sale);
        bench.assertWritten(sale);
        assertThat(corrections(sale)).isEmpty();
    }

    @Test
    void correctsBothWhenBothWereChanged() {
        SaleId sale = inMidSale();
        bench.write(sale);
        bench.run("DELETE FROM orders WHERE sale = ? AND buyer = 'ann'", sale.value());
        bench.shell.ask("HINCRBY " + key(sale, "stock") + " reserved -1");

        assertThat(compare(sale).corrections()).isEqualTo(1);
        assertThat(compare(sale).corrections()).isEqualTo(1);

        assertThat(compare(sale)).matches(Comparison::agrees);
        assertThat(stands(sale).reserved()).isEqualTo(6);
        assertThat(corrections(sale)).hasSize(1);
    }

    /** As after a return to this version from a newer one, which knew what it wrote. */
    @Test
    void leavesAnOrderOfWhichItCannotReadAllAndRewritesTheOthers() {
        SaleId sale = inMidSale();
        bench.write(sale);
        bench.plant(sale, "movement LENT at_ms 1700000000000 " + code(sale, "ann") + " 1|ann");
        bench.write(sale);
        bench.run("DELETE FROM kept_aside WHERE sale = ?", sale.value());
        bench.run("UPDATE progress SET aside = 0 WHERE sale = ?", sale.value());
        bench.run(
                "UPDATE orders SET status = 'PAID', payment = reservation, seq = seq + 100 WHERE sale = ? AND buyer = 'ann'",
                sale.value());
        bench.run("DELETE FROM orders WHERE sale = ? AND buyer = 'buyer1'", sale.value());
        String paid = bench.orders(sale).get(code(sale, "ann"));

        int mended = new Mender(bench.database)
                .mend(sale, Set.of(code(sale, "ann"), code(sale, "buyer1"), "AAAAAAAAAAAAAAAAAAAAAA"));

        assertThat(mended).isEqualTo(1);
        assertThat(bench.orders(sale))
                .containsEntry(code(sale, "ann"), paid)
                .containsKey(code(sale, "buyer1"))
                .hasSize(7);
    }

    @Test
    void rewritesAnOrderThatSomebodyDeletedBeforeItsEndWasWritten() {
        SaleId sale = inMidSale();
        bench.write(sale);
        bench.run("DELETE FROM orders WHERE sale = ? AND buyer = 'ann'", sale.value());
        bench.node.cancel(sale, "ann");
        bench.plant(sale, "movement EXPIRED at_ms 1700000000000 to remaining " + code(sale, "bob") + " 1|bob");
        bench.write(sale);
        assertThat(bench.keptAside(sale)).hasSize(2).anyMatch(line -> line.contains("has no order"));

        assertThat(compare(sale).corrections()).isEqualTo(1);

        assertThat(bench.orders(sale)).isEqualTo(bench.reservations(sale));
        assertThat(bench.keptAside(sale))
                .as("a second end makes no sense")
                .singleElement()
                .asString()
                .contains(code(sale, "bob"));
        assertThat(bench.ask("SELECT aside FROM progress WHERE sale = ?", sale.value()))
                .isEqualTo("1");
    }

    @Test
    void showsAnOrderThatNoMovementKnowsAndLeavesIt() {
        SaleId sale = inMidSale();
        bench.run(
                "INSERT INTO orders (sale, reservation, buyer, quantity, amount_minor, currency, status, reserved_at, due_at,"
                        + " ended_at, epoch, seq) SELECT sale, 'AAAAAAAAAAAAAAAAAAAAAA', buyer, quantity, amount_minor,"
                        + " currency, status, reserved_at, due_at, ended_at, epoch, seq FROM orders WHERE sale = ? AND buyer = 'bob'",
                sale.value());

        assertThat(compare(sale)).matches(found -> found.differing() == 1 && found.corrections() == 0);

        assertThat(bench.orders(sale)).containsKey("AAAAAAAAAAAAAAAAAAAAAA");
    }

    // --- reservations -----------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"C|1|1|1|ann", "R|2|1|1|ann", "R|1|1|1|mallory", "R|1", ""})
    void showsAReservationThatSomebodyChangedAndLeavesIt(String record) {
        SaleId sale = inMidSale();
        bench.write(sale);
        String reservations = key(sale, "reservations");
        String order = bench.orders(sale).get(code(sale, "ann"));
        bench.shell.ask(
                record.isEmpty()
                        ? "HDEL " + reservations + " " + code(sale, "ann")
                        : "HSET " + reservations + " " + code(sale, "ann") + " " + record);

        assertThat(compare(sale)).matches(found -> found.differing() == 1 && found.corrections() == 0);

        assertThat(bench.shell.ask("HGET " + reservations + " " + code(sale, "ann")))
                .isEqualTo(record);
        assertThat(bench.orders(sale)).containsEntry(code(sale, "ann"), order);
    }

    @Test
    void showsAReservationThatNoMovementKnows() {
        SaleId sale = inMidSale();
        bench.shell.ask("HSET " + key(sale, "reservations") + " AAAAAAAAAAAAAAAAAAAAAA R|1|1|1|mallory");

        assertThat(compare(sale)).matches(found -> found.differing() == 1 && found.corrections() == 0);
    }

    /** What cannot be corrected is looked for in all of the history each time. */
    @Test
    void looksLessOftenAtWhatItCannotCorrect() {
        SaleId sale = inMidSale();
        bench.shell.ask("HSET " + key(sale, "reservations") + " " + code(sale, "ann") + " R|2|1|1|ann");
        DriftWatch watch = new DriftWatch(Duration.ofSeconds(10));

        watch.hear(compare(sale, watch.sweep()), 1);
        watch.hear(compare(sale, watch.sweep()), 1);
        assertThat(watch.dueNanos() - System.nanoTime())
                .isGreaterThan(Duration.ofSeconds(30).toNanos());

        bench.shell.ask("HSET " + key(sale, "reservations") + " " + code(sale, "ann") + " R|1|1|1|ann");
        watch.hear(compare(sale, watch.sweep()), 1);
        assertThat(watch.dueNanos() - System.nanoTime())
                .isLessThanOrEqualTo(Duration.ofSeconds(10).toNanos());
    }

    @Test
    void comparesEveryOrderInTurnAPageAtATime() {
        SaleId sale = bench.putOn(CAPACITY);
        for (int i = 0; i < 10; i++) {
            bench.node.buy(sale, "buyer" + i);
        }
        bench.write(sale);
        String last = bench.orders(sale).keySet().stream().reduce((a, b) -> b).orElseThrow();
        bench.shell.ask("HSET " + key(sale, "reservations") + " " + last + " R|9|1|1|mallory");
        Database database = bench.database;
        Reconciler small = new Reconciler(bench.node.ledger, database, bench.writer(), 4, more -> {});
        Sweep sweep = new Sweep();

        List<Long> differing = IntStream.range(0, 4)
                .mapToObj(i -> small.compare(sale, sweep).orElseThrow().differing())
                .toList();

        assertThat(differing).as("it begins again after the third page").containsExactly(0L, 0L, 1L, 1L);
        assertThat(sweep.isWholeSince(new Place(1, 11))).isTrue();
        assertThat(small.compareAll(sale).differing()).isEqualTo(1);
    }
}
