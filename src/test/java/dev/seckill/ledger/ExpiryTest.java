package dev.seckill.ledger;

import static dev.seckill.ledger.Bench.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.ledger.Movement.Part;
import dev.seckill.trade.Reservation;
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
    private static final long LONG_MS = SaleOnRedis.LONGEST_REST_MS;
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

    private static void awaitAfter(SaleOnRedis sale, long ms) {
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> sale.nowMs() > ms);
    }

    private static long dueMs(SaleOnRedis sale, Attempt attempt) {
        String record = sale.books().reservations().get(attempt.id().code());
        return Reservation.parse(attempt.id(), record).dueMs();
    }

    private static List<Attempt> soldTogether(SaleOnRedis sale, String name, int count) {
        Stamp stamp = sale.stamp();
        long deadlineMs = sale.nowMs() + 10_000;
        List<Attempt> batch = IntStream.range(0, count)
                .mapToObj(i -> sale.attempt(name + i, "key", 1, stamp, deadlineMs))
                .toList();
        assertThat(sale.deduct(batch)).containsOnly("RESERVED");
        return batch;
    }

    private static String status(SaleOnRedis sale, Attempt attempt) {
        return sale.books().reservations().get(attempt.id().code()).substring(0, 1);
    }

    // --- one call ---------------------------------------------------------------------------------------------------

    @Test
    void givesBackWhatIsDueAndNothingElse() {
        SaleOnRedis sale = bench.sale(6, 5);
        Attempt late = sale.attempt("bob", 3);
        Attempt nameless = sale.attempt("", 1);
        assertThat(sale.deduct(late, nameless)).containsOnly("RESERVED");
        sale.holdIsOver();
        Attempt inTime = sale.sold("ann", 2);

        assertThat(sale.expire(MOST)).first().isEqualTo("2");

        Books books = sale.books();
        assertThat(status(sale, late)).isEqualTo("E");
        assertThat(status(sale, nameless)).isEqualTo("E");
        assertThat(status(sale, inTime)).isEqualTo("R");
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
        sale.sold("ann", 2);
        sale.holdIsOver();
        sale.expire(MOST);
        assertThat(sale.expire(MOST)).as("passes its own movement").first().isEqualTo("0");
        Books once = sale.books();

        assertThat(sale.expire(MOST)).first().isEqualTo("0");

        assertThat(sale.books()).isEqualTo(once);
        assertThat(once.movementNames()).containsExactly("CREATED", "RESERVED", "EXPIRED");
    }

    @Test
    void endsAtMostSoManyInOneCallThoseLongestDueFirst() {
        SaleOnRedis sale = bench.sale(10, 1);
        List<Attempt> due =
                IntStream.range(0, 5).mapToObj(i -> sale.sold("buyer" + i, 1)).toList();
        sale.holdIsOver();

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
        awaitAfter(sale, sale.nowMs());

        assertThat(sale.expire(MOST)).containsExactly("0", "" + dueMs(sale, ann));
    }

    @Test
    void isOverToTheMillisecond() {
        SaleOnRedis sale = bench.sale(10, 5);
        Attempt ann = sale.sold("ann", 1);
        long dueMs = dueMs(sale, ann);
        sale.set("now_ms", dueMs - 1);

        List<String> early = sale.expire(MOST);
        String status = status(sale, ann);
        sale.set("now_ms", dueMs);

        assertThat(early).as("asked before it was due").first().isEqualTo("0");
        assertThat(status).isEqualTo("R");
        assertThat(sale.expire(MOST)).first().isEqualTo("1");
        Movement expired = sale.books().movements().get(2);
        assertThat(expired.atMs()).isEqualTo(dueMs);
    }

    // --- where it goes on -------------------------------------------------------------------------------------------

    @Test
    void endsALargeMovementInPartsAlsoIfRedisDiesInBetween() {
        SaleOnRedis sale = bench.sale(500, 1);
        List<Attempt> sold = soldTogether(sale, "buyer", 500);
        sale.holdIsOver();

        assertThat(sale.expire(200)).first().isEqualTo("200");
        assertThat(sale.books().stock()).as("not all of it has ended").containsEntry("expired_to", "1-1");
        assertThat(sale.release(sold.get(300), LONG_MS)).startsWith("CANCELLED");
        bench.server.kill();
        bench.server.restart();
        Ledger another = bench.node(bench.settings());
        Bench.awaitSelling(another, sale);

        assertThat(await(another.expire(sale.id)).reservations()).isEqualTo(200);
        assertThat(sale.expire(200)).first().isEqualTo("99");
        assertThat(sale.expire(200)).first().isEqualTo("0");
        Books books = sale.books();
        assertThat(books.number("reserved")).isZero();
        assertThat(books.movementNames())
                .containsExactly("CREATED", "RESERVED", "EXPIRED", "CANCELLED", "ADOPTED", "EXPIRED", "EXPIRED");
        assertThat(books.stock()).as("its end").containsEntry("expired_to", "2-7");
    }

    @Test
    void goesOnFromOneEpochIntoTheNext() {
        SaleOnRedis sale = bench.sale(10, 5);
        sale.sold("ann", 1);
        sale.set("run_id", "another");
        assertThat(sale.adopt(0, 0)).isEqualTo("ADOPTED");
        sale.sold("bob", 1);
        sale.timePasses(HOLD_MS / 2);
        Attempt cid = sale.sold("cid", 1);
        sale.timePasses(HOLD_MS / 2);

        assertThat(sale.expire(MOST)).containsExactly("2", "" + dueMs(sale, cid));

        assertThat(sale.books().stock()).containsEntry("expired_to", "2-4");
        assertThat(status(sale, cid)).isEqualTo("R");
        sale.timePasses(HOLD_MS / 2);
        assertThat(sale.expire(MOST)).first().isEqualTo("1");
    }

    /** All at once would hold up the buyers of all sales. */
    @Test
    void passesThousandsThatHaveEndedOtherwiseInManyShortCalls() {
        SaleOnRedis sale = bench.sale(2_001, 1);
        List<Attempt> cancelled = new ArrayList<>();
        for (int batch = 0; batch < 20; batch++) {
            cancelled.addAll(soldTogether(sale, "buyer" + batch + "-", 100));
        }
        for (Attempt each : cancelled) {
            Object[] arguments = {each.id().code(), each.buyer().value(), 1, 0};
            assertThat(sale.call(Script.RELEASE, sale.keys.reservations, arguments)
                            .text(0))
                    .startsWith("CANCELLED");
        }
        Attempt last = sale.sold("last", 1);
        sale.holdIsOver();

        int calls = 1;
        List<String> found = sale.expire(MOST);
        while (found.get(0).equals("0")) {
            assertThat(found.get(1)).as("ask at once").isEqualTo("" + sale.nowMs());
            found = sale.expire(MOST);
            calls++;
        }

        assertThat(status(sale, last)).isEqualTo("E");
        assertThat(calls).isBetween(5, 15);
        assertThat(sale.books().number("reserved")).isZero();
    }

    @Test
    void looksAtOneMovementAtLeast() {
        SaleOnRedis sale = bench.sale(10, 5);
        sale.sold("ann", 1);
        sale.holdIsOver();

        assertThat(sale.expire(MOST, 1)).as("CREATED").containsExactly("0", "" + sale.nowMs());
        assertThat(sale.expire(MOST, 1)).as("ann's").first().isEqualTo("1");
        assertThat(sale.books().stock()).containsEntry("expired_to", "1-2");
    }

    /** Of two reserved together, one has begun to pay just before both were due. */
    @Test
    void passesWhatWasExtendedAndFindsItWhenItIsDueThen() {
        SaleOnRedis sale = bench.sale(10, 5);
        Attempt ann = sale.attempt("ann", 1);
        Attempt bob = sale.attempt("bob", 1);
        assertThat(sale.deduct(ann, bob)).containsOnly("RESERVED");
        sale.timePasses(HOLD_MS - 1_000);
        assertThat(sale.extend(ann)).startsWith("EXTENDED:");
        Attempt cid = sale.sold("cid", 1);
        sale.timePasses(1_000);

        assertThat(sale.expire(MOST)).containsExactly("1", "" + dueMs(sale, ann));
        assertThat(status(sale, ann)).isEqualTo("R");
        assertThat(status(sale, bob)).isEqualTo("E");
        sale.timePasses(HOLD_MS - 1_000);
        assertThat(sale.expire(MOST)).first().isEqualTo("2");
        assertThat(status(sale, ann)).isEqualTo("E");
        assertThat(status(sale, cid)).isEqualTo("E");
        assertThat(sale.books().number("reserved")).isZero();
    }

    @Test
    void refusesToGoOnFromNowhere() {
        SaleOnRedis sale = bench.sale(10, 5);
        for (String nowhere : List.of("", "1", "1-2", "x-1")) {
            sale.set("expired_to", nowhere);

            assertThat(sale.expire(MOST)).as(nowhere).containsExactly("CORRUPT");
        }
    }

    // --- afterwards -------------------------------------------------------------------------------------------------

    @Test
    void sellsExpiredTicketsAfterTheirRestToWhoeverAskedAfterwardsOnly() {
        SaleOnRedis sale = bench.sale(1, 1);
        sale.sold("ann", 1);
        sale.holdIsOver();
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
        Attempt ann = sale.sold("ann", 1);
        sale.holdIsOver();
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
        Attempt ann = sale.sold("ann", 1);
        sale.holdIsOver();
        assertThat(sale.release(ann, 0)).startsWith("CANCELLED");

        assertThat(sale.expire(MOST)).first().isEqualTo("0");

        assertThat(status(sale, ann)).isEqualTo("C");
        assertThat(sale.books().number("remaining")).isEqualTo(3);
    }

    @Test
    void givesBackWhetherTheSaleIsOpenPausedOrClosed() {
        for (String state : List.of("OPEN", "PAUSED", "CLOSED")) {
            SaleOnRedis sale = bench.sale(1, 1);
            sale.sold("ann", 1);
            sale.holdIsOver();
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
