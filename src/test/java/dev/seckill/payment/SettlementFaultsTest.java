package dev.seckill.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.database.Database;
import dev.seckill.database.DatabaseAway;
import dev.seckill.order.FaultyDatabase;
import dev.seckill.payment.PaymentBench.Hands;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.RefundId;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever works on a payment may die at any step, before it or before its reply is heard: the buyer's next request, the provider's
 * next call or the timer goes on from there, and nothing is done twice. Touches a Redis and a PostgreSQL of its own.
 */
@Timeout(120)
class SettlementFaultsTest {
    private static final int MOST_STEPS = 200;

    private static PaymentBench bench;

    @BeforeAll
    static void start() {
        bench = new PaymentBench();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    /** A provider that fails at its nth call, before or after it was done. */
    private record FaultyProvider(PaymentProvider real, int call, boolean after, AtomicInteger calls)
            implements PaymentProvider {
        private <T> T faulty(Supplier<T> done) {
            boolean isIt = calls.incrementAndGet() == call;
            if (isIt && !after) {
                throw new IllegalStateException("the provider is away");
            }
            T result = done.get();
            if (isIt) {
                throw new IllegalStateException("the provider's answer was lost");
            }
            return result;
        }

        @Override
        public Opened start(PaymentId payment, Amount amount, String what, String returnTo, Instant until) {
            return faulty(() -> real.start(payment, amount, what, returnTo, until));
        }

        @Override
        public Said ask(PaymentId payment) {
            return faulty(() -> real.ask(payment));
        }

        @Override
        public RefundSaid refund(RefundId refund, PaymentId payment, Amount amount) {
            return faulty(() -> real.refund(refund, payment, amount));
        }
    }

    /** All of a buyer's payment by hands that may fail; what fails is done again by whoever would do it again. */
    private static void payWith(SaleId sale, Hands faulty, SandboxCard card) {
        ReservationId reservation = bench.reserve(sale, "ann", 1);
        Payment payment = again(() -> bench.start(faulty, reservation, "ann", "one"), reservation);
        bench.pay(payment, card);
        callBack(faulty, payment);
        callBack(faulty, payment);

        assertThat(bench.status(reservation)).isEqualTo(ReservationStatus.PAID);
        assertThat(bench.ask(
                        "SELECT count(*) FROM payment_events WHERE payment = ? AND done_at IS NOT NULL",
                        payment.id().code()))
                .isEqualTo("1");
    }

    /** Until it is heard. */
    private static void callBack(Hands faulty, Payment payment) {
        try {
            faulty.settlement().hear(bench.success(payment, "evt"));
        } catch (DatabaseAway e) {
            assertThat(bench.ask("""
                            SELECT count(*) FROM payment_events JOIN payments USING (payment)
                            WHERE payment = ? AND done_at IS NOT NULL AND decision IS NULL""", payment.id().code()))
                    .as("done, and nothing came of it")
                    .isEqualTo("0");
            faulty.settlement().hear(bench.success(payment, "evt"));
        }
    }

    private static Payment again(Supplier<Payment> start, ReservationId reservation) {
        try {
            return start.get();
        } catch (DatabaseAway | PaymentsAway e) {
            return bench.start(reservation, "ann", "one");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPaymentIsMadeOnceThoughTheConnectionIsLostAtAnyStep(boolean after) {
        int step = 1;
        boolean hasStruck = true;
        for (; hasStruck && step < MOST_STEPS; step++) {
            SaleId sale = bench.putOn(2, 100);
            FaultyDatabase faulty = new FaultyDatabase(bench.source(), step, after, FaultyDatabase.LOST);
            payWith(sale, bench.hands(new Database(faulty.source()), bench.sandbox), SandboxCard.SUCCEEDS);
            hasStruck = faulty.hasStruck();
            assertThat(bench.ask(
                            "SELECT count(*) FROM sandbox_payments JOIN payments USING (payment) WHERE sale = ?",
                            sale.value()))
                    .as("step %d", step)
                    .isEqualTo("1");
            bench.assertIsSettled(sale);
            assertThat(bench.money(sale)).isEqualTo(4_900);
        }
        assertThat(step).as("steps").isBetween(15, MOST_STEPS - 1);
    }

    /** Nobody calls back, the buyer asks for nothing any more, and the ticket is another's when the money comes. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theTimerGivesBackTheMoneyOnceThoughTheConnectionIsLostAtAnyStep(boolean after) {
        int step = 1;
        boolean hasStruck = true;
        for (; hasStruck && step < MOST_STEPS; step++) {
            SaleId sale = moneyForNothing();
            FaultyDatabase faulty = new FaultyDatabase(bench.source(), step, after, FaultyDatabase.LOST);
            Hands hands = bench.hands(new Database(faulty.source()), bench.sandbox);
            workAgain(hands);
            bench.writeOrders(sale);
            workAgain(hands);
            hasStruck = faulty.hasStruck();
            bench.assertSettled(sale);
            assertThat(bench.money(sale)).as("step %d", step).isZero();
            assertThat(bench.ask(
                            "SELECT count(*) FROM sandbox_refunds JOIN payments USING (payment) WHERE sale = ?",
                            sale.value()))
                    .isEqualTo("1");
        }
        assertThat(step).as("steps").isBetween(15, MOST_STEPS - 1);
    }

    private static SaleId moneyForNothing() {
        SaleId sale = bench.putOn(1, 100);
        Payment payment = bench.start(bench.reserve(sale, "ann", 1), "ann", "one");
        bench.node.cancel(sale, "ann");
        bench.pay(payment, SandboxCard.SILENT);
        return sale;
    }

    private static void workAgain(Hands hands) {
        bench.laterIsNow();
        try {
            hands.work();
        } catch (DatabaseAway e) {
            bench.laterIsNow();
            hands.work();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aProviderMayFailAtAnyCall(boolean after) {
        for (int call = 1; call <= 3; call++) {
            SaleId sale = bench.putOn(1, 100);
            ReservationId reservation = bench.reserve(sale, "ann", 1);
            Hands hands =
                    bench.hands(bench.database, new FaultyProvider(bench.sandbox, call, after, new AtomicInteger()));
            Payment payment = again(() -> bench.start(hands, reservation, "ann", "one"), reservation);
            bench.node.cancel(sale, "ann");
            bench.pay(payment, SandboxCard.SILENT);
            for (int round = 0; round < 3; round++) {
                bench.laterIsNow();
                hands.work();
                bench.writeOrders(sale);
            }

            bench.assertSettled(sale);
            assertThat(bench.money(sale)).isZero();
        }
    }

    @Test
    void aPaymentThatNobodyGoesOnWithEndsByItself() {
        SaleId sale = bench.putOn(1, 100);
        ReservationId reservation = bench.reserve(sale, "ann", 1);
        Hands hands = bench.hands(bench.database, new FaultyProvider(bench.sandbox, 1, false, new AtomicInteger()));
        assertThatThrownBy(() -> bench.start(hands, reservation, "ann", "one")).isInstanceOf(PaymentsAway.class);
        PaymentId id = PaymentBench.name(reservation, "one");
        bench.laterIsNow();
        hands.work();
        assertThat(bench.find(id).status()).as("the buyer may still come back").isEqualTo(Payment.Status.STARTED);

        bench.run(
                "UPDATE payments SET pay_until = clock_timestamp() - interval '2 hours' WHERE payment = ?", id.code());
        bench.laterIsNow();
        hands.work();

        assertThat(bench.find(id).status()).isEqualTo(Payment.Status.DECLINED);
        assertThat(bench.ask("SELECT count(*) FROM payments WHERE payment = ? AND next_try_at IS NULL", id.code()))
                .isEqualTo("1");
    }

    /** The sandbox's calls back had taken all of a round's time, whenever there were many. */
    @Test
    void moneyGoesBackHoweverMuchElseThereIsToDo() {
        SaleId sale = moneyForNothing();
        bench.laterIsNow();
        bench.hands().work();
        bench.writeOrders(sale);

        // a round whose time is over as soon as it begins
        bench.hands().cashier().work(System.nanoTime());

        bench.assertIsSettled(sale);
    }

    @Test
    void whatFailsTooOftenIsLeftToAnOperator() {
        SaleId sale = moneyForNothing();
        bench.laterIsNow();
        bench.hands().work();
        bench.writeOrders(sale);
        bench.run("UPDATE refunds SET tries = ? WHERE sale = ?", RefundRows.MOST_TRIES - 1, sale.value());

        bench.hands(bench.database, new FaultyProvider(bench.sandbox, 1, false, new AtomicInteger()))
                .work();

        assertThat(bench.ask("SELECT state || ' ' || trouble FROM refunds WHERE sale = ?", sale.value()))
                .isEqualTo("STUCK java.lang.IllegalStateException: the provider is away");
        assertThat(bench.database.transact(PaymentCounts::read).refundsStuck()).isEqualTo(1);
        bench.run("UPDATE refunds SET state = 'DUE' WHERE sale = ?", sale.value());
        bench.assertSettled(sale);
    }
}
