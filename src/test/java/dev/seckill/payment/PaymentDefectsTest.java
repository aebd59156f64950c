package dev.seckill.payment;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.seckill.trade.ReservationId;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What went wrong with payments in systems that sold tickets this way before, and must not here: a story each. Touches a Redis and
 * a PostgreSQL of its own.
 */
@Timeout(60)
class PaymentDefectsTest {
    private static PaymentBench bench;

    @BeforeAll
    static void start() {
        bench = new PaymentBench();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    /** Payment and expiry took different locks: paid orders ended closed, and closed ones were paid with their seat resold. */
    @RepeatedTest(10)
    void paysOrExpiresAndNeverBoth() {
        SaleId sale = bench.putOn(1, 100);
        ReservationId reservation = bench.reserve(sale, "ann", 1);
        Payment payment = bench.start(reservation, "ann", "one");
        bench.pay(payment, SandboxCard.SILENT);

        CompletableFuture<Void> pays =
                CompletableFuture.runAsync(() -> bench.hands().settlement().hear(bench.success(payment, "evt")));
        bench.expire(sale);
        now(pays);

        boolean isPaid = bench.status(reservation) == ReservationStatus.PAID;
        assertThat(bench.status(reservation)).isIn(ReservationStatus.PAID, ReservationStatus.EXPIRED);
        assertThat(bench.find(payment.id()).bought().filter(reservation::equals).isPresent())
                .isEqualTo(isPaid);
        bench.assertSettled(sale);
    }

    /** A call back was believed as often as it came, and whatever it said was paid. */
    @Test
    void believesACallBackOnceAndOnlyItsOwnAmount() {
        SaleId sale = bench.putOn(2, 100);
        ReservationId reservation = bench.reserve(sale, "ann", 1);
        Payment payment = bench.start(reservation, "ann", "one");
        bench.pay(payment, SandboxCard.SILENT);
        for (String event : List.of("evt", "evt", "evt-2", "evt")) {
            bench.hands().settlement().hear(bench.success(payment, event));
        }
        Payment cheap = bench.start(bench.reserve(sale, "bob", 1), "bob", "one");
        bench.hands().settlement().hear(bench.event(cheap, "evt", Said.succeeded(new Amount(1, "EUR"))));

        assertThat(bench.sale(sale).sold()).isEqualTo(1);
        assertThat(bench.find(cheap.id()).isDecided()).isFalse();
    }

    /** Whoever paid a moment too late had paid for a seat that was somebody else's by then. */
    @Test
    void whoPaysTooLateHasATicketOrTheMoney() {
        SaleId sale = bench.putOn(1, 100);
        ReservationId anns = bench.reserve(sale, "ann", 1);
        Payment late = bench.start(anns, "ann", "one");
        bench.expire(sale);
        ReservationId bobs = bench.reserve(sale, "bob", 1);
        bench.pay(bench.start(bobs, "bob", "one"), SandboxCard.SILENT);
        bench.pay(late, SandboxCard.SILENT);
        bench.assertSettled(sale);

        assertThat(bench.status(anns)).isEqualTo(ReservationStatus.EXPIRED);
        assertThat(bench.status(bobs)).isEqualTo(ReservationStatus.PAID);
        assertThat(bench.find(late.id()).refunds())
                .extracting(Payment.Refund::reason, Payment.Refund::state)
                .containsExactly(tuple("SOLD_OUT", Payment.State.DONE));
    }

    /** Holds that somebody had begun to pay never came back. */
    @Test
    void aTicketComesBackThoughItsPaymentWasBegunAndNeverEnded() {
        SaleId sale = bench.putOn(1, 100);
        ReservationId anns = bench.reserve(sale, "ann", 1);
        Payment abandoned = bench.start(anns, "ann", "one");
        Payment declined = bench.start(anns, "ann", "two");
        bench.pay(declined, SandboxCard.DECLINES);

        bench.expire(sale);
        bench.pay(bench.start(bench.reserve(sale, "bob", 1), "bob", "one"), SandboxCard.SILENT);

        bench.assertSettled(sale);
        assertThat(bench.status(anns)).isEqualTo(ReservationStatus.EXPIRED);
        assertThat(bench.sale(sale).sold()).isEqualTo(1);
        assertThat(bench.find(abandoned.id()).isDecided()).isFalse();
    }
}
