package dev.seckill.order;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.trade.Answer;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.Operator;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.Price;
import dev.seckill.trade.RefundId;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What payments do to orders, and the money they owe back. Touches a Redis and a PostgreSQL of its own. */
class OrderPaymentsTest {
    private static final Operator OLGA = new Operator("olga");

    private static OrderBench bench;
    private static int sales;

    @BeforeAll
    static void start() {
        bench = new OrderBench();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    /** A sale in which reservations are held for a second. */
    private static SaleId brief() {
        SaleId sale = new SaleId("brief-" + ++sales);
        bench.node.putOn(new SaleDefinition(sale, "Brief", 20, new Price(100, "USD"), 0, 0, Duration.ofSeconds(1), 4));
        bench.meet(sale);
        return sale;
    }

    private static ReservationId reserve(SaleId sale, String buyer, int quantity) {
        Answer answer = bench.node.buy(sale, buyer, "key", quantity);
        return answer.reservation().id();
    }

    private static PaymentId payment(ReservationId reservation, String name) {
        return PaymentId.derive(reservation, new IdempotencyKey(name));
    }

    /** As whoever starts payments writes it down. */
    private static void begin(ReservationId reservation, String name, long amountMinor) {
        bench.run(
                "INSERT INTO payments (payment, sale, reservation, buyer, quantity, amount_minor, currency, pay_until)"
                        + " VALUES (?, ?, ?, 'somebody', 1, ?, 'USD', clock_timestamp())",
                payment(reservation, name).code(),
                reservation.sale().value(),
                reservation.code(),
                amountMinor);
    }

    private static void pay(ReservationId reservation, String name) {
        now(bench.node.ledger.confirm(payment(reservation, name), reservation));
    }

    private static void refund(ReservationId reservation, String payment, String refund, int tickets) {
        PaymentId of = payment(reservation, payment);
        now(bench.node.ledger.refund(
                reservation.sale(), RefundId.derive(of, new IdempotencyKey(refund)), of, tickets, "rain", OLGA));
    }

    private static void expireAll(SaleId sale) {
        Awaitility.await().until(() -> {
            now(bench.node.ledger.expire(sale));
            return bench.shell.ask("HGET seckill:{" + sale + "}:stock reserved").equals("0");
        });
    }

    /** By buyer: how it stands, tickets, those refunded, whether it was bought late. */
    private static List<String> orders(SaleId sale) {
        return bench.list(
                "SELECT concat_ws(' ', buyer, status, quantity, refunded, CASE WHEN succeeds IS NULL THEN '' ELSE 'late' END)"
                        + " FROM orders WHERE sale = ? ORDER BY 1",
                sale.value());
    }

    private static List<String> refunds(SaleId sale) {
        return bench.list(
                "SELECT concat_ws(' ', tickets, amount_minor, currency, reason, operator, state) FROM refunds"
                        + " WHERE sale = ? ORDER BY 1",
                sale.value());
    }

    /** Everything that can become of a payment; written together, or each step by itself. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void writesWhatEachPaymentHasBought(boolean eachByItself) {
        SaleId sale = brief();
        Runnable write = () -> {
            if (eachByItself) {
                bench.write(sale);
            }
        };
        ReservationId bob = reserve(sale, "bob", 2);
        reserve(sale, "eve", 1);
        write.run();
        expireAll(sale);
        write.run();
        ReservationId ann = reserve(sale, "ann", 2);
        ReservationId cid = reserve(sale, "cid", 3);
        ReservationId dan = reserve(sale, "dan", 1);
        write.run();
        now(bench.node.ledger.extend(
                ann, bench.node.accept(sale, "ann", "key", 2).buyer()));
        write.run();
        for (ReservationId each : List.of(ann, bob, cid, dan)) {
            pay(each, "card");
            write.run();
        }
        begin(dan, "other-tab", 100);
        pay(dan, "other-tab");
        write.run();
        refund(cid, "card", "one", 1);
        write.run();
        refund(cid, "card", "rest", 2);
        write.run();
        refund(ann, "card", "one", 1);
        bench.write(sale);

        bench.assertWritten(sale);
        assertThat(orders(sale))
                .containsExactly(
                        "ann PAID 2 1 ",
                        "bob EXPIRED 2 0 ",
                        "bob PAID 2 0 late",
                        "cid REFUNDED 3 3 ",
                        "dan PAID 1 0 ",
                        "eve EXPIRED 1 0 ");
        assertThat(refunds(sale))
                .containsExactly(
                        "0 100 USD ALREADY_PAID DUE",
                        "1 100 USD rain olga DUE",
                        "1 100 USD rain olga DUE",
                        "2 200 USD rain olga DUE");
        assertThat(new Reconciler(bench.node.ledger, bench.database, bench.writer(), corrected -> {})
                        .compareAll(sale)
                        .agrees())
                .isTrue();
    }

    @Test
    void keepsAsideWhatIsOwedForAPaymentThatNobodyHasWrittenDown() {
        SaleId sale = bench.putOn(10);
        ReservationId ann = reserve(sale, "ann", 1);
        bench.node.cancel(sale, "ann");
        ReservationId bob = reserve(sale, "bob", 1);
        pay(ann, "card");
        pay(bob, "card");

        bench.write(sale);

        assertThat(bench.keptAside(sale)).singleElement().asString().endsWith("knows no such payment");
        assertThat(orders(sale)).containsExactly("ann CANCELLED 1 0 ", "bob PAID 1 0 ");
        assertThat(refunds(sale)).isEmpty();

        begin(ann, "card", 4_900);
        bench.writer().retry(sale);

        assertThat(refunds(sale)).containsExactly("0 4900 USD ENDED DUE");
        assertThat(bench.keptAside(sale)).isEmpty();
    }

    @Test
    void rewritesAnOrderThatWasPaidAndOwesNothingTwice() {
        SaleId sale = bench.putOn(10);
        ReservationId ann = reserve(sale, "ann", 3);
        pay(ann, "card");
        refund(ann, "card", "one", 1);
        bench.write(sale);
        bench.run("DELETE FROM orders WHERE sale = ?", sale.value());

        new Reconciler(bench.node.ledger, bench.database, bench.writer(), corrected -> {}).compareAll(sale);

        assertThat(orders(sale)).containsExactly("ann PAID 3 1 ");
        assertThat(refunds(sale)).containsExactly("1 4900 EUR rain olga DUE");
    }
}
