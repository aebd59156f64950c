package dev.seckill.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A sale's beginning, its nodes' shares, its reservations and buyers to look up, and its end. Touches one Redis. */
class LifeOfASaleTest {
    private static Bench bench;

    @BeforeAll
    static void begin() {
        bench = new Bench();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    // --- beginning --------------------------------------------------------------------------------------------------

    @Test
    void isCreatedOnceAndHasEveryTicketOnSale() {
        SaleOnRedis sale = bench.sale(7, 2);
        Books created = sale.books();

        Reply again = sale.call(Script.CREATE, sale.keys.stock, "Other", 99, 1, "USD", 0, 0, 1000, 1);

        assertThat(again.verdict()).isEqualTo("EXISTS");
        assertThat(sale.books()).isEqualTo(created);
        assertThat(created.number("capacity")).isEqualTo(7);
        assertThat(created.number("remaining")).isEqualTo(7);
        assertThat(created.number("opens_at_ms")).as("at once").isEqualTo(created.number("now_ms"));
        assertThat(created.movements()).singleElement().satisfies(movement -> assertThat(movement.fields())
                .containsEntry("name", "A concert")
                .containsEntry("quantity", "7")
                .containsEntry("amount_minor", "4500")
                .containsEntry("currency", "EUR")
                .containsEntry("hold_ms", "300000")
                .containsEntry("limit_per_buyer", "2"));
    }

    @Test
    void doesNotExistBeforeItIsCreated() {
        SaleOnRedis nothing = new SaleOnRedis(Bench.definition(1, 1, 0, 0).id(), bench.scripts, bench.raw);
        Attempt attempt = nothing.attempt("ann", "key", 1, Stamp.OLDEST, 0);

        assertThat(nothing.deduct(attempt)).containsExactly("NO_SALE");
        assertThat(nothing.release(attempt, 0)).isEqualTo("NO_SALE");
        assertThat(nothing.adopt(0, 0)).isEqualTo("NO_SALE");

        assertThat(bench.raw.list("KEYS", "seckill:{" + nothing.id + "}:*")).isEmpty();
    }

    // --- shares -----------------------------------------------------------------------------------------------------

    @Test
    void grantsANodeItsPartByWeightAndABufferOnTop() {
        SaleOnRedis sale = bench.sale(400, 1);

        assertThat(sale.share("a", 1, 60_000, 1, 50))
                .as("alone, all there is and not more")
                .containsExactly(400L, 1L, 1L);
        assertThat(sale.share("b", 3, 60_000, 1, 0)).containsExactly(300L, 4L, 2L);
        assertThat(sale.share("a", 1, 60_000, 1, 50)).as("100 and half of it").containsExactly(150L, 4L, 2L);
        assertThat(sale.share("a", 1, 60_000, 1, 0)).containsExactly(100L, 4L, 2L);

        assertThat(sale.books().number("remaining")).as("no ticket moved").isEqualTo(400);
    }

    @Test
    void grantsAtLeastWhatIsAskedWhileItIsThere() {
        SaleOnRedis sale = bench.sale(3, 3);
        sale.share("big", 999, 60_000, 1, 0);

        assertThat(sale.share("small", 1, 60_000, 0, 0)).first().isEqualTo(1L);
        assertThat(sale.share("small", 1, 60_000, 3, 0)).first().isEqualTo(3L);
        assertThat(sale.share("small", 1, 60_000, 4, 0)).first().isEqualTo(3L);
        assertThat(sale.deduct(sale.attempt("ann", 3))).containsExactly("RESERVED");
        assertThat(sale.share("small", 1, 60_000, 4, 50)).first().isEqualTo(0L);

        sale.books();
    }

    @Test
    void forgetsTheShareOfADeadNodeAndAddsNothingForIt() {
        SaleOnRedis sale = bench.sale(100, 1);
        assertThat(sale.share("dead", 1, 50, 1, 0)).containsExactly(100L, 1L, 1L);
        assertThat(sale.share("living", 1, 60_000, 1, 0)).containsExactly(50L, 2L, 2L);

        await().until(() -> sale.share("living", 1, 60_000, 1, 0).equals(List.of(100L, 1L, 1L)));

        assertThat(bench.raw.list("HKEYS", sale.keys.shares.get(2))).isEqualTo(List.of("living"));
        assertThat(sale.books().number("remaining")).isEqualTo(100);
    }

    // --- looking up -------------------------------------------------------------------------------------------------

    @Test
    void findsAReservationAsItStands() {
        SaleOnRedis sale = bench.sale(5, 2);
        Attempt attempt = sale.attempt("ann", 2);
        Reply nothing = sale.call(
                Script.FIND, sale.keys.find, attempt.id().code(), sale.books().number("now_ms"));
        assertThat(nothing.text(0)).isEqualTo("NOT_FOUND");
        assertThat(sale.books().number("now_ms"))
                .as("time does not go back behind this answer")
                .isEqualTo(nothing.nowMs());

        assertThat(sale.deduct(attempt)).containsExactly("RESERVED");
        assertThat(sale.find(attempt)).startsWith("FOUND:R|2|");
        sale.release(attempt, 0);
        assertThat(sale.find(attempt)).startsWith("FOUND:C|2|");

        sale.books();
    }

    @Test
    void namesEveryBuyerWhoEverHadAReservation() {
        SaleOnRedis sale = bench.sale(700, 2);
        Stamp stamp = sale.stamp();
        long deadlineMs = sale.nowMs() + 10_000;
        List<Attempt> attempts = IntStream.range(0, 700)
                .mapToObj(i -> sale.attempt("buyer" + i, "key", 1, stamp, deadlineMs))
                .toList();
        assertThat(sale.deduct(attempts)).containsOnly("RESERVED");
        assertThat(sale.release(attempts.get(0), 0)).startsWith("CANCELLED");

        Set<String> named = new HashSet<>();
        long cursor = 0;
        int pages = 0;
        do {
            Reply page = sale.call(Script.BUYERS, sale.keys.buyers, cursor, 100);
            for (int i = 1; i < page.size(); i++) {
                named.add(page.text(i));
            }
            cursor = page.result(0);
        } while (cursor != 0 && ++pages < 100);

        assertThat(cursor).isZero();
        assertThat(named)
                .containsExactlyInAnyOrderElementsOf(
                        attempts.stream().map(each -> each.buyer().value()).toList());
    }

    // --- end --------------------------------------------------------------------------------------------------------

    @Test
    void isArchivedOnlyWhenAllOfItIsKeptWhereItHasToBe() {
        SaleOnRedis sale = bench.sale(5, 2);
        assertThat(sale.changeState("CLOSED")).isEqualTo("CHANGED");
        Books before = sale.books();

        assertThat(sale.archive(0, 0)).isEqualTo("STILL_UNWRITTEN:2");
        assertThat(sale.archive(1, 1)).isEqualTo("STILL_UNWRITTEN:1");
        assertThat(sale.archive(2, 2)).as("another history").isEqualTo("STILL_UNWRITTEN:1");
        assertThat(sale.books()).isEqualTo(before);
        assertThat(sale.archive(1, 2)).isEqualTo("ARCHIVED");
        assertThat(sale.archive(1, 1)).as("again").isEqualTo("ARCHIVED");
    }

    @Test
    void isArchivedOnlyWhenClosedAndNothingIsReserved() {
        SaleOnRedis sale = bench.sale(5, 2);
        Attempt attempt = sale.attempt("ann", 2);
        assertThat(sale.deduct(attempt)).containsExactly("RESERVED");

        assertThat(sale.archive()).isEqualTo("STILL_OPEN");
        sale.changeState("PAUSED");
        assertThat(sale.archive()).isEqualTo("STILL_OPEN");
        sale.changeState("CLOSED");
        assertThat(sale.archive()).isEqualTo("STILL_RESERVED:2");
        sale.release(attempt, 3_600_000);
        assertThat(sale.archive()).isEqualTo("ARCHIVED");
        assertThat(sale.archive()).isEqualTo("ARCHIVED");

        Map<String, String> last = bench.raw.map("HGETALL", sale.keys.stock.get(0));
        assertThat(last)
                .containsEntry("state", "ARCHIVED")
                .containsEntry("remaining", "5")
                .containsEntry("returning", "0")
                .containsEntry("reserved", "0");
    }

    /** As one that was written before the field was thought of. */
    @Test
    void touchesNoSaleOfWhichItDoesNotKnowAll() {
        SaleOnRedis sale = bench.sale(5, 2);
        Attempt attempt = sale.attempt("ann", 2);
        bench.raw.ask("HDEL", sale.keys.stock.get(0), "restock_at_ms");

        assertThat(sale.deduct(attempt)).containsExactly("CORRUPT");
        assertThat(sale.expire(10)).containsExactly("CORRUPT");

        sale.set("restock_at_ms", 0);
        assertThat(sale.books().movementNames()).containsExactly("CREATED");
        assertThat(sale.deduct(attempt)).containsExactly("RESERVED");
    }

    @Test
    void refusesEveryScriptOnceArchivedSoThatALateBatchBringsNothingBack() {
        SaleOnRedis sale = bench.sale(5, 2);
        Attempt known = sale.attempt("ann", 2);
        Attempt late = sale.attempt("bob", 1);
        assertThat(sale.deduct(known)).containsExactly("RESERVED");
        sale.release(known, 0);
        sale.share("node", 1, 60_000, 1, 0);
        sale.changeState("CLOSED");
        assertThat(sale.archive()).isEqualTo("ARCHIVED");

        for (Script script : Script.values()) {
            String verdict =
                    switch (script) {
                        case CREATE ->
                            sale.call(script, sale.keys.stock, "Other", 99, 1, "USD", 0, 0, 1000, 1)
                                    .verdict();
                        case SHOW -> sale.call(script, sale.keys.stock).verdict();
                        case CHANGE -> sale.changeState("OPEN");
                        case ARCHIVE -> sale.archive();
                        case ADOPT -> sale.adopt(0, 0);
                        case DEDUCT -> sale.deduct(late, known).get(0);
                        case RELEASE -> sale.release(late, 0);
                        case EXPIRE -> sale.expire(10).get(0);
                        case EXTEND -> sale.extend(known);
                        case CONFIRM -> sale.confirm("late", known);
                        case REFUND -> sale.refund("refund", "late", "", 0);
                        case FIND -> sale.find(known);
                        case SHARE ->
                            sale.call(script, sale.keys.shares, "node", 1, 60_000, 1, 0)
                                    .verdict();
                        case LEAVE ->
                            sale.call(script, sale.keys.shares, "node").verdict();
                        case BUYERS ->
                            sale.call(script, sale.keys.buyers, 0, 10).verdict();
                        case READ -> sale.call(script, sale.keys.stock, 1, 1).verdict();
                        case RECORDS ->
                            sale.call(script, sale.keys.reservations).verdict();
                        case CORRECT ->
                            sale.call(script, sale.keys.stock, 1, 1, 0, 1, 0, 0, "why")
                                    .verdict();
                        case REBUILD ->
                            sale.call(script, sale.keys.archive, 2, "lost-2", 1).verdict();
                        case REFILL ->
                            sale.call(script, sale.keys.stock, "9-9", 2, "movement", "CREATED")
                                    .verdict();
                        case OWE ->
                            sale.call(script, sale.keys.decisions, "p", "r", "why")
                                    .verdict();
                        case REPLAY ->
                            sale.call(script, sale.keys.payments, 2, 2, 2).verdict();
                        case RESTORE ->
                            sale.call(script, sale.keys.reservations, "id", "bob", 1)
                                    .verdict();
                        case RESUME ->
                            sale.call(script, sale.keys.stock, "olga").verdict();
                    };
            String expected =
                    switch (script) {
                        case CREATE -> "EXISTS";
                        case SHOW -> "OK";
                        case ARCHIVE, REBUILD -> "ARCHIVED";
                        default -> "NO_SALE";
                    };
            assertThat(verdict).as("%s of an archived sale", script).isEqualTo(expected);
        }

        assertThat(bench.raw.list("KEYS", "seckill:{" + sale.id + "}:*")).isEqualTo(List.of(sale.keys.stock.get(0)));
    }
}
