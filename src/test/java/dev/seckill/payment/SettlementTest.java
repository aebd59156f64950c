package dev.seckill.payment;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.payment.Payment.Status;
import dev.seckill.payment.PaymentBench.Hands;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.Operator;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.RefundId;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever comes in whatever order, money is kept if and only if its buyer has the ticket. Touches a Redis and a PostgreSQL of its
 * own.
 */
@Timeout(120)
class SettlementTest {
    private static PaymentBench bench;

    @BeforeAll
    static void start() {
        bench = new PaymentBench();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    @Test
    void sellsToABuyerWhoPays() {
        SaleId sale = bench.putOn(10, 100);
        ReservationId reservation = bench.reserve(sale, "ann", 2);

        Payment started = bench.start(reservation, "ann", "one");
        assertThat(started.status()).isEqualTo(Status.STARTED);
        assertThat(started.amount()).isEqualTo(new Amount(9_800, "EUR"));
        assertThat(bench.pay(started, SandboxCard.SUCCEEDS)).isTrue();
        bench.hands().settlement().hear(bench.success(started, "evt"));

        assertThat(bench.status(reservation)).isEqualTo(ReservationStatus.PAID);
        assertThat(bench.find(started.id()).bought()).contains(reservation);
        bench.assertSettled(sale);
        assertThat(bench.money(sale)).isEqualTo(9_800);
    }

    @Test
    void startsAPaymentOnceHoweverOftenItIsAskedFor() {
        SaleId sale = bench.putOn(10, 100);
        ReservationId reservation = bench.reserve(sale, "ann", 1);
        Hands hands = bench.hands();

        Till.Begun first = hands.till()
                .start(reservation, new BuyerId("ann"), PaymentBench.name(reservation, "one"), bench.sale(sale));
        Till.Begun second = hands.till()
                .start(reservation, new BuyerId("ann"), PaymentBench.name(reservation, "one"), bench.sale(sale));
        Payment another = bench.start(reservation, "ann", "two");

        assertThat(first.isNew()).isTrue();
        assertThat(second.isNew()).isFalse();
        assertThat(second.payment()).isEqualTo(first.payment());
        assertThat(another.payAt()).isNotEqualTo(first.payment().payAt());
        assertThat(hands.till().payments(reservation, new BuyerId("ann"))).containsExactly(another, first.payment());
    }

    @Test
    void letsNobodyPayAnothersOrWhatHasEnded() {
        SaleId sale = bench.putOn(10, 100);
        ReservationId reservation = bench.reserve(sale, "ann", 1);
        bench.start(reservation, "ann", "hers");

        for (String key : List.of("hers", "another")) {
            assertThatThrownBy(() -> bench.start(reservation, "eve", key))
                    .isInstanceOfSatisfying(PaymentRefused.class, refused -> assertThat(refused.reason())
                            .isEqualTo(PaymentRefused.Reason.NO_RESERVATION));
        }
        assertThatThrownBy(() -> bench.hands().till().payments(reservation, new BuyerId("eve")))
                .isInstanceOf(PaymentRefused.class);

        bench.node.cancel(sale, "ann");
        assertThatThrownBy(() -> bench.start(reservation, "ann", "late"))
                .isInstanceOfSatisfying(PaymentRefused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(PaymentRefused.Reason.ENDED));
        assertThat(bench.ask("SELECT count(*) FROM payments WHERE sale = ?", sale.value()))
                .isEqualTo("1");
    }

    @Test
    void startsNoMorePaymentsOfAReservationThanThereMayBe() {
        SaleId sale = bench.putOn(10, 100);
        ReservationId reservation = bench.reserve(sale, "ann", 1);
        for (int i = 0; i < PaymentRows.MOST_OF_A_RESERVATION; i++) {
            bench.start(reservation, "ann", "key-" + i);
        }

        assertThatThrownBy(() -> bench.start(reservation, "ann", "one-more"))
                .isInstanceOfSatisfying(PaymentRefused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(PaymentRefused.Reason.TOO_MANY_PAYMENTS));
        assertThat(bench.start(reservation, "ann", "key-0").status()).isEqualTo(Status.STARTED);
    }

    /** What may happen to a reservation whose buyer pays twice, in two windows. */
    private enum Happens {
        PAYS,
        PAYS_AGAIN,
        CALLS_BACK,
        ENDS,
        REFUNDED
    }

    /** How a reservation ends that is not paid. */
    enum End {
        CANCELLED {
            @Override
            void end(SaleId sale) {
                bench.node.cancel(sale, "ann");
            }
        },
        EXPIRED {
            @Override
            void end(SaleId sale) {
                bench.expire(sale);
            }
        },
        EXPIRED_AND_SOLD_TO_ANOTHER {
            @Override
            void end(SaleId sale) {
                bench.expire(sale);
                assertThat(bench.buy(sale, "bob", 2).outcome())
                        .isIn(Outcome.RESERVED, Outcome.SOLD_OUT, Outcome.NOT_ENOUGH);
            }
        };

        abstract void end(SaleId sale);
    }

    @ParameterizedTest
    @EnumSource
    void keepsMoneyExactlyForTicketsInWhateverOrderThingsHappen(End end) {
        List<SaleId> sales = new ArrayList<>();
        List<List<Happens>> orders = new ArrayList<>();
        permute(new ArrayList<>(List.of(Happens.values())), 0, orders);
        for (List<Happens> order : orders) {
            SaleId sale = bench.putOn(2, 2);
            play(order, bench.reserve(sale, "ann", 1), end);
            sales.add(sale);
        }
        bench.workOff(sales);

        for (int i = 0; i < orders.size(); i++) {
            bench.assertIsSettled(sales.get(i));
        }
    }

    private static void permute(List<Happens> all, int from, List<List<Happens>> orders) {
        if (from == all.size() - 1) {
            orders.add(List.copyOf(all));
        }
        for (int i = from; i < all.size(); i++) {
            Collections.swap(all, from, i);
            permute(all, from + 1, orders);
            Collections.swap(all, from, i);
        }
    }

    private static void play(List<Happens> order, ReservationId reservation, End end) {
        Payment one = bench.start(reservation, "ann", "one");
        Payment two = bench.start(reservation, "ann", "two");
        Settlement settlement = bench.hands().settlement();
        for (Happens each : order) {
            switch (each) {
                case PAYS -> bench.pay(one, SandboxCard.SUCCEEDS);
                case PAYS_AGAIN -> bench.pay(two, SandboxCard.SUCCEEDS);
                case CALLS_BACK -> {
                    settlement.hear(bench.event(one, "declined", Said.DECLINED));
                    // nobody tells of a success that was none
                    if (bench.sandbox.ask(one.id()).result() == Said.Result.SUCCEEDED) {
                        settlement.hear(bench.success(one, "evt"));
                        settlement.hear(bench.success(one, "evt"));
                        settlement.hear(bench.success(one, "evt-again"));
                    }
                    settlement.hear(bench.event(one, "declined-again", Said.DECLINED));
                }
                case ENDS -> end.end(reservation.sale());
                case REFUNDED ->
                    now(bench.node.ledger.refund(
                            reservation.sale(),
                            RefundId.derive(one.id(), new IdempotencyKey("refund")),
                            one.id(),
                            0,
                            "no show",
                            Operator.NOBODY));
            }
        }
    }

    @Test
    void buysAnewForAPaymentThatComesAfterItsReservationHasExpired() {
        SaleId sale = bench.putOn(1, 100);
        ReservationId reservation = bench.reserve(sale, "ann", 1);
        Payment payment = bench.start(reservation, "ann", "one");
        bench.expire(sale);
        assertThat(bench.pay(payment, SandboxCard.SUCCEEDS)).isTrue();
        bench.hands().settlement().hear(bench.success(payment, "late"));

        Payment bought = bench.find(payment.id());
        assertThat(bought.bought()).contains(reservation.successor(payment.id()));
        assertThat(bench.status(bought.bought().orElseThrow())).isEqualTo(ReservationStatus.PAID);
        assertThat(bench.status(reservation)).isEqualTo(ReservationStatus.EXPIRED);
        bench.assertSettled(sale);
        assertThat(bench.money(sale)).isEqualTo(4_900);
    }

    @Test
    void givesBackTheMoneyThatComesWhenItsTicketIsSomebodyElses() {
        SaleId sale = bench.putOn(1, 100);
        Payment payment = bench.start(bench.reserve(sale, "ann", 1), "ann", "one");
        bench.expire(sale);
        ReservationId bobs = bench.reserve(sale, "bob", 1);
        Payment bobPays = bench.start(bobs, "bob", "one");
        assertThat(bench.pay(bobPays, SandboxCard.SILENT)).isTrue();
        assertThat(bench.pay(payment, SandboxCard.SILENT)).isTrue();

        bench.assertSettled(sale);

        assertThat(bench.find(payment.id()).refundReason()).contains("SOLD_OUT");
        assertThat(bench.find(bobPays.id()).bought()).contains(bobs);
        assertThat(bench.money(sale)).isEqualTo(4_900);
    }

    /** Its card settles after the sandbox's page has closed, of which nobody tells. */
    @Test
    void hearsOfAPaymentThatSucceedsAfterItsTimeWasOver() {
        SaleId sale = bench.putOn(1, 100);
        ReservationId reservation = bench.reserve(sale, "ann", 1);
        Payment payment = bench.start(reservation, "ann", "one");
        assertThat(bench.pay(payment, SandboxCard.LATE)).isTrue();
        bench.laterIsNow();
        bench.hands().work();
        assertThat(bench.find(payment.id()).status()).isEqualTo(Status.STARTED);

        bench.run(
                "UPDATE sandbox_payments SET settles_at = clock_timestamp() WHERE payment = ?",
                payment.id().code());
        bench.expire(sale);

        bench.assertSettled(sale);
        assertThat(bench.find(payment.id()).bought()).contains(reservation.successor(payment.id()));
    }

    @ParameterizedTest
    @CsvSource({
        "UNKNOWN, 59, STARTED, true",
        "UNKNOWN, 61, DECLINED, false",
        "DECLINED, 59, DECLINED, true",
        "DECLINED, 61, DECLINED, false",
        "PENDING, 61, STARTED, true",
    })
    void asksAboutAPaymentForAnHourAfterItsTimeToPay(Said.Result said, int minutes, Status status, boolean isAsked) {
        SaleId sale = bench.putOn(1, 100);
        Payment payment = bench.start(bench.reserve(sale, "ann", 1), "ann", "one");
        bench.run(
                "UPDATE payments SET pay_until = clock_timestamp() - ? * interval '1 min' WHERE payment = ?",
                minutes,
                payment.id().code());

        bench.hands().settlement().hear(payment.id(), new Said(said, null));

        assertThat(bench.find(payment.id()).status()).isEqualTo(status);
        assertThat(bench.ask(
                        "SELECT next_try_at IS NOT NULL FROM payments WHERE payment = ?",
                        payment.id().code()))
                .isEqualTo(isAsked ? "t" : "f");
    }

    @ParameterizedTest
    @EnumSource(
            value = SandboxCard.class,
            names = {"SUCCEEDS", "DECLINES", "TWICE", "OUT_OF_ORDER", "SILENT"})
    void settlesWhateverCardItIsPaidWithAlsoIfNobodyCallsBack(SandboxCard card) {
        SaleId sale = bench.putOn(5, 100);
        ReservationId reservation = bench.reserve(sale, "ann", 1);
        Payment payment = bench.start(reservation, "ann", "one");
        assertThat(bench.pay(payment, card)).isTrue();

        bench.assertSettled(sale);

        assertThat(bench.find(payment.id()).status()).isEqualTo(card.succeeds() ? Status.SUCCEEDED : Status.DECLINED);
        assertThat(bench.status(reservation))
                .isEqualTo(card.succeeds() ? ReservationStatus.PAID : ReservationStatus.RESERVED);
    }

    @Test
    void letsABuyerWhoWasDeclinedTryAnotherCard() {
        SaleId sale = bench.putOn(5, 100);
        Payment payment = bench.start(bench.reserve(sale, "ann", 1), "ann", "one");
        assertThat(bench.pay(payment, SandboxCard.DECLINES)).isTrue();
        bench.hands().settlement().hear(bench.event(payment, "declined", Said.DECLINED));
        assertThat(bench.find(payment.id()).status()).isEqualTo(Status.DECLINED);

        assertThat(bench.pay(payment, SandboxCard.SILENT)).isTrue();
        assertThat(bench.pay(payment, SandboxCard.SUCCEEDS)).as("it is paid").isFalse();

        bench.assertSettled(sale);
        assertThat(bench.money(sale)).isEqualTo(4_900);
    }

    @Test
    void confirmsNoOtherAmountThanItsOwn() {
        SaleId sale = bench.putOn(5, 100);
        ReservationId reservation = bench.reserve(sale, "ann", 1);
        Payment payment = bench.start(reservation, "ann", "one");
        Hands hands = bench.hands();

        hands.settlement().hear(bench.event(payment, "less", Said.succeeded(new Amount(4_899, "EUR"))));
        hands.settlement().hear(bench.event(payment, "right", Said.succeeded(payment.amount())));
        bench.laterIsNow();
        hands.work();

        assertThat(bench.status(reservation)).isEqualTo(ReservationStatus.RESERVED);
        assertThat(bench.find(payment.id()).stuck()).isTrue();
        assertThat(bench.find(payment.id()).trouble()).isEqualTo("the provider took 4899 EUR instead of 4900 EUR");
        assertThat(bench.ask(
                        "SELECT count(*) FROM payment_events WHERE payment = ? AND done_at IS NOT NULL",
                        payment.id().code()))
                .isEqualTo("2");
        Payment usd = bench.start(reservation, "ann", "two");
        hands.settlement().hear(bench.event(usd, "usd", Said.succeeded(new Amount(4_900, "USD"))));
        assertThat(bench.find(usd.id()).stuck()).isTrue();
    }

    @Test
    void knowsNoPaymentThatItDidNotStart() {
        SaleId sale = bench.putOn(5, 100);
        ReservationId reservation = bench.reserve(sale, "ann", 1);
        Payment payment = bench.start(reservation, "ann", "one");
        PaymentEvent of = bench.success(payment, "evt");

        assertThat(bench.hands()
                        .settlement()
                        .hear(new PaymentEvent("other", "{}", PaymentBench.name(reservation, "never"), of.said())))
                .isFalse();
        assertThat(bench.status(reservation)).isEqualTo(ReservationStatus.RESERVED);
    }
}
