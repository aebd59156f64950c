package dev.seckill.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.ledger.Movement.Part;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets tickets and what the others hear. Touches one Redis. */
class DeductTest {
    private static Bench bench;

    @BeforeAll
    static void begin() {
        bench = new Bench();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    // --- what fits --------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void sellsExactlyWhatFitsWhateverTheCapacity(int quantity) {
        for (int capacity = 1; capacity <= 12; capacity++) {
            SaleOnRedis sale = bench.sale(capacity, 3);
            Stamp stamp = sale.stamp();
            long deadlineMs = sale.nowMs() + 10_000;

            List<String> answers = sale.deduct(IntStream.range(0, 14)
                    .mapToObj(i -> sale.attempt("buyer" + i, "key", quantity, stamp, deadlineMs))
                    .toList());

            int winners = capacity / quantity;
            int left = capacity % quantity;
            List<String> expected = new ArrayList<>(Collections.nCopies(winners, "RESERVED"));
            expected.addAll(Collections.nCopies(14 - winners, left == 0 ? "SOLD_OUT" : "NOT_ENOUGH:" + left));
            assertThat(answers).as("%s tickets, %s each", capacity, quantity).isEqualTo(expected);
            assertThat(sale.books().number("remaining")).isEqualTo(left);

            List<String> theRest = sale.deduct(IntStream.range(0, left + 1)
                    .mapToObj(i -> sale.attempt("late" + i, "key", 1, stamp, deadlineMs))
                    .toList());

            assertThat(theRest).filteredOn("RESERVED"::equals).hasSize(left);
            assertThat(theRest).last().isEqualTo("SOLD_OUT");
            assertThat(sale.books().number("remaining")).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void sellsInTheOrderOfAskingWhenQuantitiesAreMixed(long seed) {
        Random random = new Random(seed);
        int capacity = 20 + random.nextInt(20);
        SaleOnRedis sale = bench.sale(capacity, 3);
        Stamp stamp = sale.stamp();
        long deadlineMs = sale.nowMs() + 10_000;
        int left = capacity;
        int asked = 0;

        for (int batch = 0; batch < 6; batch++) {
            List<Attempt> attempts = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            for (int i = random.nextInt(8); i >= 0; i--) {
                int quantity = 1 + random.nextInt(3);
                attempts.add(sale.attempt("buyer" + asked++, "key", quantity, stamp, deadlineMs));
                expected.add(left == 0 ? "SOLD_OUT" : left < quantity ? "NOT_ENOUGH:" + left : "RESERVED");
                left -= left < quantity ? 0 : quantity;
            }

            assertThat(sale.deduct(attempts)).as("seed %s", seed).isEqualTo(expected);
            assertThat(sale.books().number("remaining")).isEqualTo(left);
        }
    }

    @Test
    void writesDownAllThatAnOrderNeeds() {
        SaleOnRedis sale = bench.sale(10, 3);
        Attempt attempt = sale.attempt("ann", 3);

        Reply reply = sale.call(Script.DEDUCT, sale.keys.reservations, SaleOnRedis.arguments(List.of(attempt)));

        long dueMs = reply.result(0);
        assertThat(dueMs).isEqualTo(reply.nowMs() + Bench.HOLD.toMillis());
        assertThat(reply.standing().remaining()).isEqualTo(7);
        Books books = sale.books();
        assertThat(books.reservations())
                .containsExactly(Map.entry(attempt.id().code(), "R|3|" + reply.nowMs() + "|300000|ann"));
        assertThat(books.held("ann")).isEqualTo(3);
        Movement written = books.movements().get(1);
        assertThat(reply.standing().seq()).isEqualTo(written.seq());
        assertThat(new TreeMap<>(written.fields()))
                .isEqualTo(new TreeMap<>(Map.of(
                        "movement",
                        "RESERVED",
                        "at_ms",
                        "" + reply.nowMs(),
                        "amount_minor",
                        "4500",
                        "due_ms",
                        "" + dueMs)));
        assertThat(written.parts()).containsExactly(new Part(attempt.id().code(), "3|ann"));
    }

    @Test
    void writesOneMovementForAllThatABatchReserves() {
        SaleOnRedis sale = bench.sale(4, 2);
        Attempt ann = sale.attempt("ann", 2);
        Attempt nameless = sale.attempt("", 1);
        assertThat(sale.deduct(sale.attempt("bob", 3))).containsExactly("LIMIT_REACHED:0");

        List<String> answers = sale.deduct(ann, sale.attempt("bob", 3), nameless, ann, sale.attempt("cid", 2));

        assertThat(answers.get(3)).startsWith("ALREADY_RESERVED:R|2|");
        assertThat(answers).element(4).isEqualTo("NOT_ENOUGH:1");
        Books books = sale.books();
        assertThat(books.movementNames()).containsExactly("CREATED", "RESERVED");
        assertThat(books.movements().get(1).parts())
                .containsExactly(
                        new Part(ann.id().code(), "2|ann"),
                        new Part(nameless.id().code(), "1|"));
    }

    /** The largest that may be configured: Lua has room for so many values. */
    @Test
    void sellsToAThousandAtOnce() {
        SaleOnRedis sale = bench.sale(1_000, 1);
        Stamp stamp = sale.stamp();
        long deadlineMs = sale.nowMs() + 10_000;
        List<Attempt> batch = IntStream.range(0, 1_000)
                .mapToObj(i -> sale.attempt("buyer" + i, "key", 1, stamp, deadlineMs))
                .toList();

        assertThat(sale.deduct(batch)).hasSize(1_000).containsOnly("RESERVED");

        Books books = sale.books();
        assertThat(books.number("reserved")).isEqualTo(1_000);
        assertThat(books.movements()).hasSize(2);
        assertThat(books.movements().get(1).parts())
                .extracting(Part::reservation)
                .containsExactlyElementsOf(
                        batch.stream().map(each -> each.id().code()).toList());
    }

    @Test
    void movesNothingForARefusedBuyer() {
        SaleOnRedis sale = bench.sale(1, 1);
        assertThat(sale.deduct(sale.attempt("ann", 1))).containsExactly("RESERVED");
        Books before = sale.books();

        assertThat(sale.deduct(sale.attempt("bob", 1))).containsExactly("SOLD_OUT");

        assertThat(sale.books()).isEqualTo(before);
    }

    // --- asking again -----------------------------------------------------------------------------------------------

    @Test
    void givesOneReservationToOneKeyHoweverOftenItIsAsked() {
        SaleOnRedis sale = bench.sale(10, 5);
        Attempt attempt = sale.attempt("ann", 2);

        List<String> inOneBatch = sale.deduct(attempt, attempt, attempt);
        List<String> later = sale.deduct(attempt);

        String record = sale.books().reservations().get(attempt.id().code());
        assertThat(inOneBatch).containsExactly("RESERVED", "ALREADY_RESERVED:" + record, "ALREADY_RESERVED:" + record);
        assertThat(later).containsExactly("ALREADY_RESERVED:" + record);
        assertThat(sale.books().number("remaining")).isEqualTo(8);
    }

    @Test
    void findsTheReservationOfAKeyAfterSoldOutAndAfterItsEnd() {
        SaleOnRedis sale = bench.sale(1, 1);
        Attempt attempt = sale.attempt("ann", 1);
        assertThat(sale.deduct(attempt)).containsExactly("RESERVED");
        assertThat(sale.deduct(sale.attempt("bob", 1))).containsExactly("SOLD_OUT");

        assertThat(sale.deduct(attempt)).allMatch(answer -> answer.startsWith("ALREADY_RESERVED:R|1|"));

        sale.release(attempt, 0);
        assertThat(sale.deduct(attempt)).allMatch(answer -> answer.startsWith("ALREADY_RESERVED:C|1|"));
        assertThat(sale.books().number("reserved")).isZero();
    }

    @Test
    void refusesAKeyThatWasUsedForAnotherQuantity() {
        SaleOnRedis sale = bench.sale(10, 5);
        assertThat(sale.deduct(sale.attempt("ann", "once", 2))).containsExactly("RESERVED");

        List<String> answers = sale.deduct(sale.attempt("ann", "once", 1), sale.attempt("ann", "once", 2));

        assertThat(answers).first().isEqualTo("KEY_REUSED");
        assertThat(answers).last().asString().startsWith("ALREADY_RESERVED:R|2|");
        assertThat(sale.books().number("remaining")).isEqualTo(8);
    }

    @Test
    void decidesARefusedKeyAnew() {
        SaleOnRedis sale = bench.sale(1, 1);
        Attempt ann = sale.attempt("ann", 1);
        assertThat(sale.deduct(ann)).containsExactly("RESERVED");
        assertThat(sale.deduct(sale.attempt("bob", "bobs", 1))).containsExactly("SOLD_OUT");
        sale.release(ann, 0);
        sale.touch();

        assertThat(sale.deduct(sale.attempt("bob", "bobs", 1))).containsExactly("RESERVED");

        sale.books();
    }

    // --- limit ------------------------------------------------------------------------------------------------------

    @Test
    void keepsABuyerToTheLimitWithinABatchAndAcrossBatches() {
        SaleOnRedis sale = bench.sale(10, 2);

        List<String> first = sale.deduct(
                sale.attempt("ann", 3), sale.attempt("ann", 1), sale.attempt("ann", 2), sale.attempt("ann", 1));
        List<String> second = sale.deduct(sale.attempt("ann", 1), sale.attempt("bob", 2));

        assertThat(first).containsExactly("LIMIT_REACHED:0", "RESERVED", "LIMIT_REACHED:1", "RESERVED");
        assertThat(second).containsExactly("LIMIT_REACHED:2", "RESERVED");
        assertThat(sale.books().held("ann")).isEqualTo(2);
    }

    @Test
    void letsABuyerBuyAgainAfterCancelling() {
        SaleOnRedis sale = bench.sale(10, 1);
        Attempt first = sale.attempt("ann", 1);
        assertThat(sale.deduct(first)).containsExactly("RESERVED");

        sale.release(first, 0);
        sale.touch();

        assertThat(sale.deduct(sale.attempt("ann", 1), sale.attempt("ann", 1)))
                .containsExactly("RESERVED", "LIMIT_REACHED:1");
        sale.books();
    }

    @Test
    void holdsNobodyNamelessToTheLimit() {
        SaleOnRedis sale = bench.sale(3, 1);

        List<String> answers =
                sale.deduct(sale.attempt("", 1), sale.attempt("", 1), sale.attempt("", 1), sale.attempt("", 1));
        List<String> tooMuchAtOnce = sale.deduct(sale.attempt("", 2));

        assertThat(tooMuchAtOnce).containsExactly("LIMIT_REACHED:0");
        assertThat(answers).containsExactly("RESERVED", "RESERVED", "RESERVED", "SOLD_OUT");
        assertThat(sale.books().buyers()).isEmpty();
    }

    // --- when -------------------------------------------------------------------------------------------------------

    @Test
    void sellsFromOpeningToClosingByRedisTime() {
        long nowMs = bench.sale(1, 1).nowMs();
        SaleOnRedis sale = bench.sale(Bench.definition(10, 1, nowMs + 60_000, nowMs + 120_000));

        assertThat(sale.deduct(sale.attempt("ann", 1))).containsExactly("NOT_OPEN:NOT_YET");
        sale.set("opens_at_ms", nowMs - 1);
        assertThat(sale.deduct(sale.attempt("ann", 1))).containsExactly("RESERVED");
        sale.set("closes_at_ms", nowMs);
        assertThat(sale.deduct(sale.attempt("bob", 1))).containsExactly("NOT_OPEN:CLOSED");

        sale.books();
    }

    /** The sale has seen a time ahead of the server's clock, so that time stands still and each edge can be met exactly. */
    @Test
    void opensClosesAndRefusesTheLateOnTheVeryMillisecond() {
        SaleOnRedis sale = bench.sale(10, 9);
        long nowMs = sale.nowMs() + 3_600_000;
        sale.set("now_ms", nowMs);
        Attempt ann = SaleOnRedis.until(nowMs, sale.attempt("ann", 1));

        sale.set("opens_at_ms", nowMs + 1);
        assertThat(sale.deduct(ann)).containsExactly("NOT_OPEN:NOT_YET");
        sale.set("opens_at_ms", nowMs);
        assertThat(sale.deduct(SaleOnRedis.until(nowMs - 1, ann))).containsExactly("LATE");
        assertThat(sale.deduct(ann)).containsExactly("RESERVED");

        Attempt bob = SaleOnRedis.until(nowMs, sale.attempt("bob", 1));
        sale.set("closes_at_ms", nowMs);
        assertThat(sale.deduct(bob)).containsExactly("NOT_OPEN:CLOSED");
        sale.set("closes_at_ms", nowMs + 1);
        assertThat(sale.deduct(bob)).containsExactly("RESERVED");
        sale.books();
    }

    @Test
    void sellsNothingWhilePausedAndNeverAfterClosing() {
        SaleOnRedis sale = bench.sale(10, 1);

        sale.changeState("PAUSED");
        assertThat(sale.deduct(sale.attempt("ann", 1))).containsExactly("NOT_OPEN:PAUSED");
        sale.changeState("OPEN");
        assertThat(sale.deduct(sale.attempt("ann", 1))).containsExactly("RESERVED");
        sale.changeState("CLOSED");
        assertThat(sale.deduct(sale.attempt("bob", 1))).containsExactly("NOT_OPEN:CLOSED");

        assertThat(sale.books().number("remaining")).isEqualTo(9);
    }

    @Test
    void takesNothingAfterAReplyThatSaidTheDeadlineHadPassed() {
        SaleOnRedis sale = bench.sale(10, 1);
        long deadlineMs = sale.nowMs() + 3_600_000;
        Attempt attempt = SaleOnRedis.until(deadlineMs, sale.attempt("ann", 1));
        sale.set("now_ms", deadlineMs + 1);

        assertThat(sale.find(attempt)).isEqualTo("NOT_FOUND");

        assertThat(sale.deduct(attempt)).containsExactly("LATE");
        assertThat(sale.books().number("remaining")).isEqualTo(10);
    }

    @Test
    void refusesWhoeverKnewAnotherEpochOrOlderStock() {
        SaleOnRedis sale = bench.sale(9, 9);
        Attempt returned = sale.attempt("zoe", 1);
        assertThat(sale.deduct(returned)).containsExactly("RESERVED");
        sale.release(returned, 0);
        sale.touch();
        Attempt attempt = sale.attempt("ann", 1);
        assertThat(attempt.stamp()).isEqualTo(new Stamp(1, 2));

        assertThat(sale.deduct(
                        SaleOnRedis.knowing(new Stamp(1, 1), attempt),
                        SaleOnRedis.knowing(new Stamp(2, 2), attempt),
                        SaleOnRedis.knowing(new Stamp(0, 2), attempt),
                        attempt))
                .containsExactly("STALE", "STALE", "STALE", "RESERVED");
        sale.books();
    }

    // --- precedence -------------------------------------------------------------------------------------------------

    static List<String> outcomesInTheOrderOfTheHeader() {
        return ScriptHeader.of("deduct").returns();
    }

    /** The buyer is in every trouble that comes later in the script's header too, and hears only of the first. */
    @ParameterizedTest
    @MethodSource("outcomesInTheOrderOfTheHeader")
    void saysTheFirstOutcomeThatApplies(String outcome) {
        List<String> order = outcomesInTheOrderOfTheHeader();
        int place = order.indexOf(outcome);
        SaleOnRedis sale = bench.sale(3, 2);
        Attempt attempt = sale.attempt("ann", "used", 2);
        boolean isKnown = place <= order.indexOf("ALREADY_RESERVED");
        boolean isSoldOut = place <= order.indexOf("SOLD_OUT");
        Attempt heldBefore = isKnown ? attempt : sale.attempt("ann", "other", 2);
        if (place <= order.indexOf("LIMIT_REACHED")) {
            assertThat(sale.deduct(heldBefore)).containsExactly("RESERVED");
        }
        if (isSoldOut) {
            Books before = sale.books();
            for (long i = before.number("remaining"); i > 0; i--) {
                assertThat(sale.deduct(sale.attempt("buyer" + i, 1))).containsExactly("RESERVED");
            }
        } else if (place <= order.indexOf("NOT_ENOUGH")) {
            assertThat(sale.deduct(sale.attempt("bob", 2))).containsExactly("RESERVED");
        }
        if (place <= order.indexOf("NOT_OPEN")) {
            sale.changeState("PAUSED");
        }
        Books before = sale.books();

        Attempt asked = sale.attempt("ann", "used", outcome.equals("KEY_REUSED") ? 1 : 2);
        asked = place <= order.indexOf("LATE") ? SaleOnRedis.until(1, asked) : asked;
        asked = place <= order.indexOf("STALE") ? SaleOnRedis.knowing(new Stamp(0, 0), asked) : asked;
        List<String> answers = sale.deduct(asked);

        assertThat(answers).hasSize(1).allMatch(answer -> answer.split(":", 2)[0].equals(outcome), outcome);
        if (!outcome.equals("RESERVED")) {
            assertThat(sale.books()).isEqualTo(before);
        }
    }

    @Test
    void sellsNothingWhenTheSumsAreWrong() {
        SaleOnRedis sale = bench.sale(10, 1);
        sale.set("remaining", 11);

        assertThat(sale.deduct(sale.attempt("ann", 1))).containsExactly("CORRUPT");
        sale.set("reserved", -1);
        assertThat(sale.deduct(sale.attempt("ann", 1))).containsExactly("CORRUPT");

        sale.set("remaining", 10);
        sale.set("reserved", 0);
        assertThat(sale.deduct(sale.attempt("ann", 1))).containsExactly("RESERVED");
        sale.books();
    }
}
