package dev.seckill.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How tickets come back and are sold again, and how they come on top. Touches one Redis. */
class ReturnedTicketsTest {
    private static final long AN_HOUR = SaleOnRedis.LONGEST_REST_MS;

    private static Bench bench;

    @BeforeAll
    static void begin() {
        bench = new Bench();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    // --- cancel -----------------------------------------------------------------------------------------------------

    @Test
    void returnsCancelledTicketsExactlyOnce() {
        SaleOnRedis sale = bench.sale(5, 5);
        Attempt attempt = sale.sold("ann", 3);
        sale.sold("bob", 2);

        String first = sale.release(attempt, AN_HOUR);
        Books afterFirst = sale.books();
        String second = sale.release(attempt, AN_HOUR);

        String record = afterFirst.reservations().get(attempt.id().code());
        assertThat(record).startsWith("C|3|");
        assertThat(first).isEqualTo("CANCELLED:" + record);
        assertThat(second).isEqualTo("ALREADY_ENDED:" + record);
        assertThat(sale.books()).isEqualTo(afterFirst);
        assertThat(afterFirst.number("returning")).isEqualTo(3);
        assertThat(afterFirst.number("reserved")).isEqualTo(2);
        assertThat(afterFirst.held("ann")).isZero();
        assertThat(afterFirst.movementNames()).containsExactly("CREATED", "RESERVED", "RESERVED", "CANCELLED");
    }

    @Test
    void letsNobodyElseCancel() {
        SaleOnRedis sale = bench.sale(10, 5);
        Attempt attempt = sale.sold("ann", 3);
        Books before = sale.books();

        assertThat(sale.release(attempt, "bob", 0, true, 100)).isEqualTo("NOT_FOUND");
        assertThat(sale.release(attempt, "", 0, true, 100)).isEqualTo("NOT_FOUND");

        assertThat(sale.books()).isEqualTo(before);
    }

    @Test
    void letsABuyerCancelWhileTheSaleIsPausedOrClosed() {
        SaleOnRedis sale = bench.sale(10, 5);
        Attempt ann = sale.sold("ann", 1);
        Attempt bob = sale.sold("bob", 1);

        sale.changeState("PAUSED");
        assertThat(sale.release(ann, 0)).startsWith("CANCELLED");
        sale.changeState("CLOSED");
        assertThat(sale.release(bob, 0)).startsWith("CANCELLED");

        assertThat(sale.books().number("reserved")).isZero();
    }

    // --- at once ----------------------------------------------------------------------------------------------------

    @Test
    void sellsReturnedTicketsAtOnceWhileNobodyCanHaveBeenRefused() {
        SaleOnRedis sale = bench.sale(10, 2);
        Attempt ann = sale.sold("ann", 2);
        Attempt onItsWay = sale.attempt("bob", 2);

        sale.release(ann, AN_HOUR);

        assertThat(sale.books().number("remaining")).isEqualTo(10);
        assertThat(sale.books().movements().get(2).fields()).containsEntry("to", "remaining");
        assertThat(sale.deduct(onItsWay)).as("no new stamp").containsExactly("RESERVED");
        assertThat(sale.changeCapacity(12, AN_HOUR)).isEqualTo("CHANGED");
        assertThat(sale.books().number("remaining")).isEqualTo(10);
    }

    /** Two wanted, one left: whoever heard that stopped asking, so its first attempt must not win afterwards. */
    @Test
    void letsThemRestOnceSomebodyCanHaveBeenRefusedTwo() {
        SaleOnRedis sale = bench.sale(3, 2);
        Attempt ann = sale.sold("ann", 2);
        Attempt lying = sale.attempt("bob", "first", 2);
        assertThat(sale.deduct(sale.attempt("bob", "second", 2))).containsExactly("NOT_ENOUGH:1");

        sale.release(ann, AN_HOUR);

        assertThat(sale.books().number("returning")).isEqualTo(2);
        assertThat(sale.books().movements().get(2).fields()).containsEntry("to", "returning");
        sale.restIsOver();
        assertThat(sale.deduct(lying)).containsExactly("STALE");
        assertThat(sale.deduct(sale.attempt("bob", "third", 2))).containsExactly("RESERVED");
    }

    // --- rest -------------------------------------------------------------------------------------------------------

    @Test
    void sellsReturnedTicketsOnlyAfterTheirRest() {
        SaleOnRedis sale = bench.sale(1, 1);
        Attempt ann = sale.sold("ann", 1);
        long cancelledAtMs = sale.nowMs();
        sale.release(ann, 200);

        assertThat(sale.deduct(sale.attempt("bob", 1))).containsExactly("SOLD_OUT");
        await().pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(5))
                .until(() -> sale.deduct(sale.attempt("bob", 1)).equals(List.of("RESERVED")));

        Books books = sale.books();
        Movement restocked = books.movements().get(3);
        assertThat(restocked.fields()).containsEntry("movement", "RESTOCKED").containsEntry("quantity", "1");
        assertThat(Long.parseLong(restocked.fields().get("at_ms"))).isGreaterThanOrEqualTo(cancelledAtMs + 200);
        assertThat(books.number("sellable")).isEqualTo(2);
    }

    @Test
    void sellsTicketsThatCameBackToWhoeverAskedAfterwardsOnly() {
        SaleOnRedis sale = bench.sale(1, 1);
        Attempt ann = sale.sold("ann", 1);
        Attempt lying = sale.attempt("bob", "first", 1);
        assertThat(sale.deduct(sale.attempt("bob", "second", 1))).containsExactly("SOLD_OUT");
        sale.release(ann, AN_HOUR);
        assertThat(sale.stamp()).as("nothing is on sale yet").isEqualTo(lying.stamp());
        assertThat(sale.deduct(lying)).containsExactly("SOLD_OUT");

        sale.restIsOver();
        List<String> before = sale.deduct(lying);
        List<String> after = sale.deduct(sale.attempt("bob", "first", 1));

        assertThat(before).containsExactly("STALE");
        assertThat(after).containsExactly("RESERVED");
        sale.books();
    }

    @Test
    void turnsFewBuyersAwayWhileTicketsComeBackAllTheTime() {
        SaleOnRedis sale = bench.sale(200, 5);
        List<Attempt> owned =
                IntStream.range(0, 200).mapToObj(i -> sale.sold("owner" + i, 1)).toList();
        sale.set("rest_ms", 100);

        Stamp heardBefore = sale.stamp();
        int stale = 0;
        for (Attempt each : owned) {
            sale.call(Script.RELEASE, sale.keys.reservations, each.id().code(), each.buyer(), 1, 100);
            Attempt next = SaleOnRedis.knowing(heardBefore, sale.attempt("late", 1));
            heardBefore = sale.stamp();
            stale += sale.deduct(next).contains("STALE") ? 1 : 0;
        }

        assertThat(stale).isLessThan(owned.size() / 2);
    }

    /** However many come back, those that came first do not wait for the others. */
    @Test
    void putsOnSaleTogetherWhateverCameBackMeanwhile() {
        SaleOnRedis sale = bench.sale(3, 3);
        List<Attempt> all =
                IntStream.range(0, 3).mapToObj(i -> sale.sold("buyer" + i, 1)).toList();

        sale.release(all.get(0), 200);
        long restockAtMs = sale.books().number("restock_at_ms");
        sale.release(all.get(1), AN_HOUR);
        Books both = sale.books();
        await().pollInterval(Duration.ofMillis(20)).until(() -> sale.nowMs() >= restockAtMs);
        sale.release(all.get(2), AN_HOUR);

        assertThat(both.number("returning")).isEqualTo(2);
        assertThat(both.number("restock_at_ms")).isEqualTo(restockAtMs);
        Books after = sale.books();
        assertThat(after.number("remaining")).isEqualTo(2);
        assertThat(after.number("sellable")).isEqualTo(2);
        assertThat(after.number("returning"))
                .as("fewer remain than anybody may ask for")
                .isEqualTo(1);
    }

    // --- cancel before reserve --------------------------------------------------------------------------------------

    @Test
    void findsAReserveCancelledThatArrivesAfterItsOwnCancellation() {
        SaleOnRedis sale = bench.sale(10, 5);
        Attempt attempt = sale.attempt("ann", 2);

        assertThat(sale.release(attempt, "ann", 0, false, 100))
                .as("without the key")
                .isEqualTo("NOT_FOUND");
        assertThat(sale.books().reservations()).isEmpty();
        assertThat(sale.release(attempt, "ann", 0, true, 100)).startsWith("CANCELLED:C|0|");
        List<String> reserved = sale.deduct(attempt);
        String again = sale.release(attempt, 0);

        assertThat(reserved).singleElement().asString().startsWith("ALREADY_RESERVED:C|0|");
        assertThat(again).startsWith("ALREADY_ENDED:C|0|");
        Books books = sale.books();
        assertThat(books.number("remaining")).isEqualTo(10);
        assertThat(books.number("returning")).as("nothing came back").isZero();
        assertThat(books.buyers()).as("passes a closed gate").containsEntry("ann", "0");
    }

    @Test
    void keepsOnlySoManyCancellationsAheadOfTheirReserve() {
        SaleOnRedis sale = bench.sale(10, 5);

        assertThat(sale.release(sale.attempt("ann", 1), "ann", 0, true, 2)).startsWith("CANCELLED");
        assertThat(sale.release(sale.attempt("bob", 1), "bob", 0, true, 2)).startsWith("CANCELLED");
        Attempt third = sale.attempt("cid", 1);
        assertThat(sale.release(third, "cid", 0, true, 2)).isEqualTo("BUSY");
        assertThat(sale.release(third, "cid", 0, true, 2)).isEqualTo("BUSY");

        assertThat(sale.release(sale.attempt("dan", 1), "dan", 0, true, 3))
                .as("those refused do not count")
                .startsWith("CANCELLED");
        assertThat(sale.books().reservations()).hasSize(3);
        assertThat(sale.deduct(third)).containsExactly("RESERVED");
        assertThat(sale.release(third, "cid", 0, true, 2)).startsWith("CANCELLED:C|1|");
        sale.books();
    }

    @Test
    void countsNoTicketsForTheNamelessWhenTheyCancel() {
        SaleOnRedis sale = bench.sale(10, 2);
        Attempt nameless = sale.sold("", 2);

        assertThat(sale.release(nameless, 0)).startsWith("CANCELLED");
        assertThat(sale.release(sale.attempt("", 1), 0)).startsWith("CANCELLED");

        assertThat(sale.books().buyers()).isEmpty();
    }

    // --- more tickets -----------------------------------------------------------------------------------------------

    @Test
    void putsAddedTicketsOnSaleAfterARestLikeReturnedOnes() {
        SaleOnRedis sale = bench.sale(1, 1);
        sale.sold("ann", 1);
        Attempt lying = sale.attempt("bob", 1);

        assertThat(sale.changeCapacity(5, AN_HOUR)).isEqualTo("CHANGED");
        assertThat(sale.changeCapacity(5, AN_HOUR)).isEqualTo("CHANGED");

        Books added = sale.books();
        assertThat(added.number("capacity")).isEqualTo(5);
        assertThat(added.number("returning")).isEqualTo(4);
        assertThat(sale.deduct(lying)).containsExactly("SOLD_OUT");
        sale.restIsOver();
        assertThat(sale.deduct(lying)).containsExactly("STALE");
        assertThat(sale.deduct(sale.attempt("bob", 1))).containsExactly("RESERVED");
        assertThat(sale.books().number("remaining")).isEqualTo(3);
    }

    @Test
    void neverCutsCapacity() {
        SaleOnRedis sale = bench.sale(5, 1);
        Books before = sale.books();

        assertThat(sale.changeCapacity(4, 0)).isEqualTo("CAPACITY_CUT:5");

        assertThat(sale.books()).isEqualTo(before);
    }

    @Test
    void changesAClosedSaleNoMore() {
        SaleOnRedis sale = bench.sale(5, 1);
        sale.changeState("CLOSED");
        Books closed = sale.books();

        assertThat(sale.changeState("OPEN")).isEqualTo("SALE_CLOSED");
        assertThat(sale.changeCapacity(6, 0)).isEqualTo("SALE_CLOSED");
        assertThat(sale.changeState("CLOSED")).isEqualTo("CHANGED");
        assertThat(sale.changeCapacity(5, 0)).isEqualTo("CHANGED");

        assertThat(sale.books()).isEqualTo(closed);
    }
}
