package dev.seckill.payment;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seckill.database.Database;
import dev.seckill.order.FaultyDatabase;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.Operator;
import dev.seckill.trade.RefundId;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two who act upon one payment at once: whichever is held up, at each of its steps, while the other does all that it can, money is
 * kept if and only if there is a ticket for it. Touches a Redis and a PostgreSQL of its own.
 */
@Timeout(120)
class PaymentRacesTest {
    private static final Operator OLGA = new Operator("olga");
    private static final int MOST_STEPS = 100;

    private static PaymentBench bench;
    private static ExecutorService two;

    @BeforeAll
    static void start() {
        bench = new PaymentBench();
        two = Executors.newFixedThreadPool(2);
    }

    @AfterAll
    static void end() {
        two.shutdownNow();
        bench.close();
    }

    /** What somebody does, by a way to the database of its own. */
    private enum Deed {
        CALL_BACK {
            @Override
            void done(Database through, Payment payment) {
                bench.hands(through, bench.sandbox).settlement().hear(bench.success(payment, "evt"));
            }
        },
        ACCEPT {
            @Override
            void done(Database through, Payment payment) {
                bench.office(through).accept(payment.id(), OLGA);
            }
        },
        REJECT {
            @Override
            void done(Database through, Payment payment) {
                bench.office(through).reject(payment.id(), OLGA);
            }
        },
        /** The timer, whose last try has failed, and then an operator. */
        GIVE_UP_AND_REJECT {
            @Override
            void done(Database through, Payment payment) {
                bench.run(
                        "UPDATE payments SET tries = ? WHERE payment = ?",
                        PaymentRows.MOST_TRIES,
                        payment.id().code());
                through.transact(connection -> PaymentRows.fail(connection, payment.id(), "the ledger is away"));
                REJECT.done(through, payment);
            }
        },
        REFUND_ONE {
            @Override
            void done(Database through, Payment payment) {
                refund(through, payment, "one", 1);
            }
        },
        REFUND_ALL {
            @Override
            void done(Database through, Payment payment) {
                refund(through, payment, "all", 0);
            }
        };

        /** Fails with {@link PaymentRefused} if the other one was first. */
        abstract void done(Database through, Payment payment);

        private static void refund(Database through, Payment payment, String key, int tickets) {
            RefundId refund = RefundId.derive(payment.id(), new IdempotencyKey(key));
            bench.office(through).refund(payment.id(), refund, tickets, "rain", OLGA);
        }
    }

    /** Who meets whom, over a payment that stands how. */
    private enum Race {
        REJECTED_WHILE_IT_IS_CALLED_BACK(false, Deed.CALL_BACK, Deed.GIVE_UP_AND_REJECT),
        CALLED_BACK_AGAIN_WHILE_IT_IS_REJECTED(true, Deed.REJECT, Deed.CALL_BACK),
        ACCEPTED_AND_REJECTED(true, Deed.ACCEPT, Deed.REJECT),
        ACCEPTED_TWICE(true, Deed.ACCEPT, Deed.ACCEPT),
        REJECTED_TWICE(true, Deed.REJECT, Deed.REJECT),
        REFUNDED_TWICE_BY_TWO(false, Deed.REFUND_ONE, Deed.REFUND_ALL),
        REFUNDED_TWICE_BY_ONE(false, Deed.REFUND_ALL, Deed.REFUND_ALL),
        REFUNDED_WHILE_IT_IS_CALLED_BACK(false, Deed.CALL_BACK, Deed.REFUND_ALL);

        final boolean isStuck;
        final Deed one;
        final Deed other;

        Race(boolean isStuck, Deed one, Deed other) {
            this.isStuck = isStuck;
            this.one = one;
            this.other = other;
        }

        boolean isOverWhatWasBought() {
            return one == Deed.REFUND_ONE || one == Deed.REFUND_ALL;
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsMoneyExactlyForTicketsWhoeverIsHeldUpAndWhen(Race race) {
        int steps = race(race, race.one, race.other) + race(race, race.other, race.one);

        assertThat(steps).as("steps at which one was held up").isGreaterThan(4);
    }

    /** Holds the first up at each of its steps; gives how many it has. */
    private static int race(Race race, Deed heldUp, Deed first) {
        boolean wasHeldUp = true;
        int step = 0;
        while (wasHeldUp && ++step < MOST_STEPS) {
            Payment payment = payment(race);
            wasHeldUp = race(payment, heldUp, step, first);

            assertSettled(payment);
        }
        return step - 1;
    }

    /** Of two tickets, that has succeeded, and of which nobody has heard what it bought unless it is about that. */
    private static Payment payment(Race race) {
        SaleId sale = bench.putOn(2, 100);
        Payment payment = bench.start(bench.reserve(sale, "ann", 2), "ann", "one");
        bench.pay(payment, SandboxCard.SILENT);
        bench.database.transact(
                connection -> PaymentRows.hear(connection, payment.id(), Said.succeeded(payment.amount())));
        if (race.isOverWhatWasBought()) {
            bench.hands().settlement().decide(payment.id());
        }
        bench.run(
                "UPDATE payments SET stuck = ? WHERE payment = ?",
                race.isStuck,
                payment.id().code());
        return payment;
    }

    /** False if the first has not so many steps. */
    private static boolean race(Payment payment, Deed heldUp, int step, Deed first) {
        CountDownLatch mayGoOn = new CountDownLatch(1);
        FaultyDatabase held = new FaultyDatabase(bench.kept, step, false, connection -> {
            try {
                mayGoOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        CompletableFuture<Void> late =
                CompletableFuture.runAsync(() -> attempt(heldUp, new Database(held.source()), payment), two);
        soon().until(() -> late.isDone() || held.hasStruck());
        CompletableFuture<Void> now = CompletableFuture.runAsync(() -> attempt(first, bench.database, payment), two);
        // it may have to wait for the row that the other one holds
        soon().until(() -> now.isDone() || isSomebodyWaiting());
        mayGoOn.countDown();
        now(late);
        now(now);
        return held.hasStruck();
    }

    private static ConditionFactory soon() {
        return await().pollInSameThread().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
    }

    private static boolean isSomebodyWaiting() {
        return !bench.ask("SELECT count(*) FROM pg_locks WHERE NOT granted").equals("0");
    }

    private static void attempt(Deed deed, Database through, Payment payment) {
        try {
            deed.done(through, payment);
        } catch (PaymentRefused e) {
            assertThat(e.reason())
                    .isIn(
                            PaymentRefused.Reason.NOT_STUCK,
                            PaymentRefused.Reason.NOT_CONFIRMED,
                            PaymentRefused.Reason.NOT_SO_MANY);
        }
    }

    private static void assertSettled(Payment payment) {
        SaleId sale = payment.reservation().sale();
        bench.writeOrders(sale);
        bench.hands().work();
        bench.assertIsSettled(sale);
        Payment settled = bench.find(payment.id());
        assertThat(settled.isDecided()).isTrue();
        assertThat(settled.isStuck()).isFalse();
        assertThat(settled.refunds()).extracting(Payment.Refund::state).isSubsetOf(List.of(Payment.State.DONE));
    }
}
