package dev.seckill.ledger;

import static dev.seckill.ledger.Bench.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.ledger.Movement.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Reservations that nobody paid in time. Touches one Redis, and harms it. */
class ExpiryTest {
    private static final long HOLD_MS = Bench.HOLD.toMillis();
    private static final int MOST = 1_000;

    private static Bench bench;

    @BeforeAll
    static void begin() {
        bench = new Bench();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    /** Sold under a hold time that is over the next moment. */
    private static Attempt soldAndDue(SaleOnRedis sale, String buyer, int quantity) {
        sale.set("hold_ms", 1);
        Attempt attempt = sale.sold(buyer, quantity);
        sale.set("hold_ms", HOLD_MS);
        awaitAfter(sale, sale.nowMs() + 1);
        return attempt;
    }

    private static void awaitAfter(SaleOnRedis sale, long ms) {
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> sale.nowMs() > ms);
    }

    private static String status(SaleOnRedis sale, Attempt attempt) {
        return sale.books().reservations().get(attempt.id().code()).substring(0, 1);
    }

    // --- one call ---------------------------------------------------------------------------------------------------

    @Test
    void givesBackWhatIsDueAndNothingElse() {
        SaleOnRedis sale = bench.sale(6, 5);
        Attempt paidInTime = sale.sold("ann", 2);
        Attempt late = soldAndDue(sale, "bob", 3);
        Attempt nameless = soldAndDue(sale, "", 1);

        assertThat(sale.expire(MOST)).first().isEqualTo("2");

        Books books = sale.books();
        assertThat(status(sale, late)).isEqualTo("E");
        assertThat(status(sale, nameless)).isEqualTo("E");
        assertThat(status(sale, paidInTime)).isEqualTo("R");
        assertThat(books.number("returning")).isEqualTo(4);
        assertThat(books.number("reserved")).isEqualTo(2);
        assertThat(books.held("bob")).isZero();
        assertThat(books.held("ann")).isEqualTo(2);
        assertThat(books.buyers()).as("passes a closed gate").containsKey("bob");
        assertThat(books.movementNames()).endsWith("RESERVED", "EXPIRED");
        assertThat(books.movements())
                .last()
                .extracting(Movement::parts)
                .isEqualTo(List.of(
                        new Part(late.id().code(), "3|bob"),
                        new Part(nameless.id().code(), "1|")));
    }

    @Test
    void changesNothingTheSecondTime() {
        SaleOnRedis sale = bench.sale(10, 5);
        soldAndDue(sale, "ann", 2);
        sale.expire(MOST);
        Books once = sale.books();

        assertThat(sale.expire(MOST)).first().isEqualTo("0");

        assertThat(sale.books()).isEqualTo(once);
    }

    @Test
    void endsAtMostSoManyInOneCallThoseLongestDueFirst() {
        SaleOnRedis sale = bench.sale(10, 1);
        List<Attempt> due = IntStream.range(0, 5)
                .mapToObj(i -> soldAndDue(sale, "buyer" + i, 1))
                .toList();

        List<String> first = sale.expire(3);

        assertThat(first.get(0)).isEqualTo("3");
        assertThat(Long.parseLong(first.get(1))).as("more is due now").isLessThanOrEqualTo(sale.nowMs());
        assertThat(due.stream().map(each -> status(sale, each))).containsExactly("E", "E", "E", "R", "R");
        assertThat(sale.expire(3).get(0)).isEqualTo("2");
        assertThat(sale.expire(3).get(0)).isEqualTo("0");
    }

    @Test
    void tellsUntilWhenNothingMoreIsDue() {
        SaleOnRedis sale = bench.sale(10, 5);
        long before = sale.nowMs();
        long nobody = Long.parseLong(sale.expire(MOST).get(1));
        assertThat(nobody).isBetween(before + HOLD_MS, sale.nowMs() + HOLD_MS);

        Attempt ann = sale.sold("ann", 1);
        String dueMs = sale.books().due().get(ann.id().code());
        awaitAfter(sale, sale.nowMs());

        assertThat(sale.expire(MOST)).containsExactly("0", dueMs);
    }

    @Test
    void isOverToTheMillisecond() {
        SaleOnRedis sale = bench.sale(10, 5);
        sale.set("hold_ms", 150);
        Attempt ann = sale.sold("ann", 1);
        long dueMs = Long.parseLong(sale.books().due().get(ann.id().code()));

        List<String> early = sale.expire(MOST);
        Map<String, String> stillDue = sale.books().due();
        awaitAfter(sale, dueMs - 1);

        assertThat(early).as("asked before it was due").first().isEqualTo("0");
        assertThat(stillDue).containsKey(ann.id().code());
        assertThat(sale.expire(MOST)).first().isEqualTo("1");
        Movement expired = sale.books().movements().get(2);
        assertThat(expired.atMs()).isGreaterThanOrEqualTo(dueMs);
    }

    // --- afterwards -------------------------------------------------------------------------------------------------

    @Test
    void sellsExpiredTicketsAfterTheirRestToWhoeverAskedAfterwardsOnly() {
        SaleOnRedis sale = bench.sale(1, 1);
        soldAndDue(sale, "ann", 1);
        Attempt lying = sale.attempt("bob", "first", 1);
        assertThat(sale.deduct(sale.attempt("bob", "second", 1))).containsExactly("SOLD_OUT");

        sale.expire(MOST);
        assertThat(sale.deduct(lying)).as("they rest").containsExactly("SOLD_OUT");
        sale.restIsOver();

        assertThat(sale.deduct(lying)).containsExactly("STALE");
        assertThat(sale.deduct(sale.attempt("bob", "third", 1))).containsExactly("RESERVED");
    }

    @Test
    void answersTheKeyOfAnExpiredReservationWithItForEver() {
        SaleOnRedis sale = bench.sale(3, 1);
        Attempt ann = soldAndDue(sale, "ann", 1);
        sale.expire(MOST);
        sale.restIsOver();
        sale.touch();

        assertThat(sale.deduct(ann)).singleElement().asString().startsWith("ALREADY_RESERVED:E|1|");
        assertThat(sale.find(ann)).startsWith("FOUND:E|1|");
        assertThat(sale.deduct(sale.attempt("ann", 1))).as("a new key").containsExactly("RESERVED");
        assertThat(sale.release(ann, 0)).as("too late to cancel").startsWith("ALREADY_ENDED:E|1|");
        assertThat(sale.books().number("remaining")).isEqualTo(2);
    }

    @Test
    void leavesACancelledReservationAlone() {
        SaleOnRedis sale = bench.sale(3, 1);
        Attempt ann = soldAndDue(sale, "ann", 1);
        assertThat(sale.release(ann, 0)).startsWith("CANCELLED");

        assertThat(sale.expire(MOST)).first().isEqualTo("0");

        assertThat(status(sale, ann)).isEqualTo("C");
        assertThat(sale.books().number("remaining")).isEqualTo(3);
    }

    @Test
    void givesBackWhetherTheSaleIsOpenPausedOrClosed() {
        for (String state : List.of("OPEN", "PAUSED", "CLOSED")) {
            SaleOnRedis sale = bench.sale(1, 1);
            soldAndDue(sale, "ann", 1);
            sale.changeState(state);

            assertThat(sale.expire(MOST)).as(state).first().isEqualTo("1");
            assertThat(sale.books().number("returning")).as(state).isEqualTo(1);
        }
    }

    // --- many at once -----------------------------------------------------------------------------------------------

    /** Nodes that expire, buyers who cancel and ask again, and a Redis that dies, all at the same time. */
    @RepeatedTest(3)
    void everyReservationEndsOnceHoweverManyWantToEndIt(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        Ledger a = bench.node(bench.settings().patience(300, 1_000));
        Ledger b = bench.node(bench.settings().patience(300, 1_000));
        SaleOnRedis sale = bench.sale(300, 1);
        a.tend();
        b.tend();
        Bench.awaitSelling(a, sale);
        Bench.awaitSelling(b, sale);
        sale.set("hold_ms", 20);
        List<Attempt> sold = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            sold.add(sale.attempt("buyer" + i, 1));
        }
        assertThat(sale.deduct(sold)).containsOnly("RESERVED");

        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Ledger node = random.nextBoolean() ? a : b;
            Attempt one = sold.get(random.nextInt(sold.size()));
            all.add((random.nextInt(3) == 0
                            ? node.expire(sale.id).handle((done, fault) -> null)
                            : node.release(one.id(), one.buyer(), true).handle((done, fault) -> null))
                    .toCompletableFuture());
            if (i == 30) {
                bench.server.kill();
                bench.server.restart();
            }
        }
        all.forEach(Bench::await);
        Bench.awaitSelling(a, sale);
        awaitAfter(sale, sale.nowMs() + 20);
        Awaitility.await()
                .ignoreExceptions()
                .until(() -> await(a.expire(sale.id)).reservations() == 0);

        Books books = sale.books();
        assertThat(books.number("reserved")).isZero();
        assertThat(books.number("remaining") + books.number("returning")).isEqualTo(300);
        assertThat(books.due()).isEmpty();
        Map<String, Integer> ends = new HashMap<>();
        for (Movement movement : books.movements()) {
            if (List.of("EXPIRED", "CANCELLED").contains(movement.kind())) {
                movement.parts().forEach(each -> ends.merge(each.reservation(), 1, Integer::sum));
            }
        }
        assertThat(ends).hasSize(300).allSatisfy((id, count) -> assertThat(count)
                .isEqualTo(1));
    }
}
