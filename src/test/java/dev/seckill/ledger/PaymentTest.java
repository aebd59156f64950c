package dev.seckill.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.trade.ReservationId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a payment buys, by the scripts that decide it, in every order of what may happen to a reservation. Touches one Redis. */
class PaymentTest {
    private static Bench bench;

    @BeforeAll
    static void begin() {
        bench = new Bench();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    private static String code(Attempt attempt) {
        return attempt.id().code();
    }

    private static String successor(Attempt attempt, String payment) {
        return attempt.id().successor(SaleOnRedis.payment(payment)).code();
    }

    private static Attempt expired(SaleOnRedis sale, String buyer, int quantity) {
        Attempt attempt = sale.sold(buyer, quantity);
        sale.holdIsOver();
        assertThat(sale.expire(10)).first().isEqualTo("1");
        return attempt;
    }

    private static void assertSums(SaleOnRedis sale, long remaining, long returning, long reserved, long sold) {
        Books books = sale.books();
        assertThat(new long[] {
                    books.number("remaining"), books.number("returning"), books.number("reserved"), books.number("sold")
                })
                .containsExactly(remaining, returning, reserved, sold);
    }

    // --- while it is paid -------------------------------------------------------------------------------------------

    @Test
    void isHeldAWholeHoldTimeFromWhenThePaymentBeginsAndNoLonger() {
        SaleOnRedis sale = bench.sale(5, 2);
        Attempt ann = sale.sold("ann", 2);
        sale.timePasses(5_000);

        String extended = sale.extend(ann);
        sale.timePasses(5_000);

        assertThat(extended).startsWith("EXTENDED:R|2|");
        assertThat(sale.extend(ann)).isEqualTo("ALREADY_" + extended);
        ReservationId id = ann.id();
        long heldMs = dev.seckill.trade.Reservation.parse(id, extended.substring("EXTENDED:".length()))
                        .dueMs()
                - sale.nowMs();
        assertThat(heldMs).isBetween(1L, Bench.HOLD.toMillis() - 5_000);
        assertThat(sale.books().movementNames()).containsExactly("CREATED", "RESERVED", "EXTENDED");
    }

    @Test
    void extendsNobodyElsesAndNothingThatHasEnded() {
        SaleOnRedis sale = bench.sale(5, 2);
        Attempt ann = sale.sold("ann", 1);
        Attempt bob = sale.attempt("bob", 1);

        assertThat(sale.extend(bob)).as("never reserved").isEqualTo("NOT_FOUND");
        assertThat(sale.extend(new Attempt(ann.id(), bob.buyer(), 1, ann.stamp(), ann.deadlineMs())))
                .isEqualTo("NOT_FOUND");
        sale.release(ann, 0);
        assertThat(sale.extend(ann)).startsWith("ALREADY_ENDED:C|1|");

        sale.books();
    }

    // --- what it buys -----------------------------------------------------------------------------------------------

    @Test
    void buysWhatIsReservedOnceHoweverOftenItIsConfirmed() {
        SaleOnRedis sale = bench.sale(5, 2);
        Attempt ann = sale.sold("ann", 2);

        String first = sale.confirm("card", ann);

        assertThat(first).startsWith("CONFIRMED:" + code(ann) + ":P|2|");
        assertThat(sale.confirm("card", ann)).isEqualTo(first);
        assertThat(sale.find(ann)).startsWith("FOUND:P|2|");
        assertSums(sale, 3, 0, 0, 2);
        assertThat(sale.books().held("ann")).isEqualTo(2);
        assertThat(sale.books().movementNames()).containsExactly("CREATED", "RESERVED", "PAID");
    }

    @Test
    void isNotTakenFromItsBuyerAnyMore() {
        SaleOnRedis sale = bench.sale(5, 2);
        Attempt ann = sale.sold("ann", 2);
        sale.confirm("card", ann);

        sale.holdIsOver();

        assertThat(sale.expire(10)).first().isEqualTo("0");
        assertThat(sale.release(ann, 0)).startsWith("ALREADY_ENDED:P|2|");
        assertThat(sale.extend(ann)).startsWith("ALREADY_ENDED:P|2|");
        assertSums(sale, 3, 0, 0, 2);
    }

    @Test
    void buysWhatIsOverdueAndHasNotExpiredYet() {
        SaleOnRedis sale = bench.sale(5, 2);
        Attempt ann = sale.sold("ann", 1);
        sale.holdIsOver();

        assertThat(sale.confirm("card", ann)).startsWith("CONFIRMED:" + code(ann) + ":P|1|");

        assertThat(sale.expire(10)).first().isEqualTo("0");
        assertSums(sale, 4, 0, 0, 1);
    }

    @Test
    void theSecondPaymentForTheSameIsDueBack() {
        SaleOnRedis sale = bench.sale(5, 2);
        Attempt ann = sale.sold("ann", 1);
        sale.confirm("card", ann);

        assertThat(sale.confirm("other tab", ann)).isEqualTo("REFUND_DUE:ALREADY_PAID");

        sale.refund("refund", "card", "", 0);
        assertThat(sale.confirm("other tab", ann)).as("for ever").isEqualTo("REFUND_DUE:ALREADY_PAID");
        assertThat(sale.refund("again", "other tab", "", 0)).isEqualTo("NOT_CONFIRMED");
        assertSums(sale, 5, 0, 0, 0);
    }

    @Test
    void isDueBackWhenItsBuyerHasCancelled() {
        SaleOnRedis sale = bench.sale(5, 2);
        Attempt ann = sale.sold("ann", 1);
        sale.release(ann, 0);

        assertThat(sale.confirm("card", ann)).isEqualTo("REFUND_DUE:ENDED");
        assertThat(sale.confirm("card", ann)).isEqualTo("REFUND_DUE:ENDED");

        assertSums(sale, 5, 0, 0, 0);
        assertThat(sale.books().movementNames()).containsExactly("CREATED", "RESERVED", "CANCELLED", "REFUND_DUE");
    }

    @Test
    void isDueBackWhenThereIsNothingToBuy() {
        SaleOnRedis sale = bench.sale(5, 2);

        assertThat(sale.confirm("card", sale.attempt("ann", 1))).isEqualTo("REFUND_DUE:NO_RESERVATION");
        assertThat(sale.confirm("other", sale.attempt("bob", 1))).isEqualTo("REFUND_DUE:NO_RESERVATION");

        assertSums(sale, 5, 0, 0, 0);
    }

    // --- too late ---------------------------------------------------------------------------------------------------

    @Test
    void buysAnewWhatHasExpiredWhileThereAreTickets() {
        SaleOnRedis sale = bench.sale(5, 2);
        Attempt ann = expired(sale, "ann", 2);
        String anew = successor(ann, "late");

        String first = sale.confirm("late", ann);

        assertThat(first).startsWith("CONFIRMED:" + anew + ":P|2|");
        assertThat(sale.confirm("late", ann)).isEqualTo(first);
        assertThat(sale.find(ann)).as("the old one stays what it is").startsWith("FOUND:E|2|");
        assertThat(sale.call(Script.FIND, sale.keys.find, code(ann), 0).text(1)).isEqualTo(anew);
        assertSums(sale, 3, 0, 0, 2);
        assertThat(sale.books().held("ann")).isEqualTo(2);
    }

    @Test
    void buysAnewOnceHoweverManyPaymentsComeLate() {
        SaleOnRedis sale = bench.sale(10, 2);
        Attempt ann = expired(sale, "ann", 1);
        sale.confirm("late", ann);

        assertThat(sale.confirm("later", ann)).isEqualTo("REFUND_DUE:ENDED");
        sale.refund("refund", "late", "", 0);
        assertThat(sale.confirm("latest", ann)).isEqualTo("REFUND_DUE:ENDED");

        assertSums(sale, 10, 0, 0, 0);
    }

    @Test
    void isDueBackWhenOthersHaveItsTickets() {
        SaleOnRedis sale = bench.sale(2, 2);
        Attempt ann = expired(sale, "ann", 2);
        sale.restIsOver();
        sale.touch();
        sale.sold("bob", 1);

        assertThat(sale.confirm("late", ann)).isEqualTo("REFUND_DUE:SOLD_OUT");
        sale.timePasses(Bench.HOLD.toMillis());
        sale.expire(10);
        sale.restIsOver();
        sale.touch();
        assertThat(sale.confirm("late", ann))
                .as("though there are tickets by now")
                .isEqualTo("REFUND_DUE:SOLD_OUT");

        assertSums(sale, 2, 0, 0, 0);
    }

    @Test
    void takesNoTicketThatStillRests() {
        SaleOnRedis sale = bench.sale(1, 1);
        Attempt ann = sale.sold("ann", 1);
        sale.holdIsOver();
        sale.expire(10);

        assertThat(sale.confirm("late", ann)).isEqualTo("REFUND_DUE:SOLD_OUT");

        assertSums(sale, 0, 1, 0, 0);
    }

    @Test
    void isDueBackWhenItsBuyerHasAsManyAsAllowedByNow() {
        SaleOnRedis sale = bench.sale(5, 2);
        Attempt ann = expired(sale, "ann", 1);
        sale.sold("ann", 2);

        assertThat(sale.confirm("late", ann)).isEqualTo("REFUND_DUE:LIMIT_REACHED");

        assertSums(sale, 3, 0, 2, 0);
    }

    @Test
    void isDueBackWhenAnOperatorRejectsItBeforeItHasBoughtAnything() {
        SaleOnRedis sale = bench.sale(5, 2);
        Attempt ann = sale.sold("ann", 1);

        assertThat(sale.reject("card", ann)).isEqualTo("REFUND_DUE:REJECTED");
        assertThat(sale.confirm("card", ann)).as("a call that was on its way").isEqualTo("REFUND_DUE:REJECTED");
        assertThat(sale.find(ann)).startsWith("FOUND:R|1|");
        assertThat(sale.confirm("other card", ann)).startsWith("CONFIRMED");
        assertThat(sale.reject("other card", ann))
                .as("bought before it was rejected")
                .startsWith("CONFIRMED");

        assertThat(sale.books().movementNames()).containsExactly("CREATED", "RESERVED", "REFUND_DUE", "PAID");
        assertSums(sale, 4, 0, 0, 1);
    }

    // --- money back -------------------------------------------------------------------------------------------------

    @Test
    void givesBackTicketByTicketEachOnce() {
        SaleOnRedis sale = bench.sale(10, 3);
        Attempt ann = sale.sold("ann", 3);
        sale.confirm("card", ann);

        assertThat(sale.refund("one", "card", 1, 0)).isEqualTo("REFUNDED:1:2");
        assertThat(sale.refund("one", "card", 1, 0)).as("the same").isEqualTo("REFUNDED:1:2");
        assertThat(sale.find(ann)).startsWith("FOUND:P|3|");
        assertThat(sale.refund("too many", "card", 3, 0)).isEqualTo("NOT_ENOUGH:2");
        assertThat(sale.books().held("ann")).isEqualTo(2);
        assertThat(sale.refund("rest", "card", "", 0)).isEqualTo("REFUNDED:2:0");
        assertThat(sale.refund("rest", "card", "", 0)).isEqualTo("REFUNDED:2:0");
        assertThat(sale.refund("none", "card", "", 0)).isEqualTo("NOT_ENOUGH:0");

        assertThat(sale.find(ann)).startsWith("FOUND:F|3|");
        assertThat(sale.deduct(ann)).first().asString().startsWith("ALREADY_RESERVED:F|3|");
        assertThat(sale.confirm("card", ann)).startsWith("CONFIRMED:" + code(ann) + ":F|3|");
        assertThat(sale.books().held("ann")).isZero();
        assertSums(sale, 10, 0, 0, 0);
    }

    @Test
    void givesBackWhatWasBoughtAnew() {
        SaleOnRedis sale = bench.sale(5, 2);
        Attempt ann = expired(sale, "ann", 2);
        sale.confirm("late", ann);

        assertThat(sale.refund("refund", "late", "", 0)).isEqualTo("REFUNDED:2:0");

        assertThat(sale.books().reservations().get(successor(ann, "late"))).startsWith("F|2|");
        assertThat(sale.find(ann)).startsWith("FOUND:E|2|");
        assertSums(sale, 5, 0, 0, 0);
    }

    @Test
    void restsAsEveryTicketThatComesBack() {
        SaleOnRedis sale = bench.sale(1, 1);
        Attempt ann = sale.sold("ann", 1);
        sale.confirm("card", ann);

        sale.refund("refund", "card", "", SaleOnRedis.LONGEST_REST_MS);

        assertSums(sale, 0, 1, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1.5"})
    void refundsNoPartOfATicket(String tickets) {
        SaleOnRedis sale = bench.sale(5, 2);
        Attempt ann = sale.sold("ann", 2);
        sale.confirm("card", ann);

        assertThat(sale.refund("refund", "card", tickets, 0)).isEqualTo("NOT_ENOUGH:2");

        assertSums(sale, 3, 0, 0, 2);
    }
}
