package dev.seckill.payment;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.seckill.ledger.Change;
import dev.seckill.ledger.LedgerAway;
import dev.seckill.trade.Operator;
import dev.seckill.trade.Place;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.SaleState;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of money that is heard of when its sale has left the ledger. Touches a Redis and a PostgreSQL of its own. */
@Timeout(60)
class ArchivedSaleTest {
    private static final Operator OLGA = new Operator("olga");

    private static PaymentBench bench;

    @BeforeAll
    static void start() {
        bench = new PaymentBench();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    private static void archive(SaleId sale) {
        now(bench.node.ledger.change(sale, new Change(SaleState.CLOSED, null)));
        bench.writeOrders(sale);
        Sale closed = bench.sale(sale);
        Place place = new Place(closed.standing().epoch(), closed.standing().seq());
        now(bench.node.ledger.change(sale, new Change(SaleState.ARCHIVED, null), Operator.NOBODY, Optional.of(place)));
        bench.writeOrders(sale);
    }

    /** Of a reservation that was cancelled, on a page that stayed open. */
    private static Payment openPage(SaleId sale) {
        ReservationId reservation = bench.reserve(sale, "ann", 1);
        Payment payment = bench.start(reservation, "ann", "one");
        bench.node.cancel(sale, "ann");
        return payment;
    }

    @Test
    void whatIsPaidAfterwardsGoesBack() {
        SaleId sale = bench.putOn(5, 100);
        Payment payment = openPage(sale);
        archive(sale);

        assertThat(bench.pay(payment, SandboxCard.SILENT)).isTrue();

        bench.assertSettled(sale);
        assertThat(bench.money(sale)).isZero();
        assertThat(bench.find(payment.id()).refunds())
                .extracting(Payment.Refund::reason, Payment.Refund::state)
                .containsExactly(tuple("ARCHIVED", Payment.State.DONE));
    }

    @Test
    void anOperatorMayGiveBackWhatIsStuckAfterwards() {
        SaleId sale = bench.putOn(5, 100);
        Payment payment = openPage(sale);
        archive(sale);
        assertThat(bench.pay(payment, SandboxCard.SHORT)).isTrue();
        bench.workOff(List.of(sale));
        assertThat(bench.find(payment.id()).isStuck()).isTrue();

        bench.office(bench.database).reject(payment.id(), OLGA);

        bench.assertSettled(sale);
        assertThat(bench.find(payment.id()).refunds())
                .extracting(Payment.Refund::reason, Payment.Refund::amountMinor)
                .containsExactly(tuple("REJECTED", 4_899L));
        assertThat(bench.ask(
                        "SELECT operator || ' ' || action || ' ' || detail FROM operator_actions WHERE sale = ?",
                        sale.value()))
                .isEqualTo("olga REJECT_PAYMENT payment " + payment.id());
    }

    /** As after a node that had asked the ledger, and has not come back to write down what it heard. */
    @Test
    void whatWasBoughtStaysBoughtThoughNobodyKeptTheDecision() {
        SaleId sale = bench.putOn(5, 100);
        ReservationId reservation = bench.reserve(sale, "ann", 1);
        Payment payment = bench.start(reservation, "ann", "one");
        bench.pay(payment, SandboxCard.SILENT);
        bench.database.transact(
                connection -> PaymentRows.hear(connection, payment.id(), Said.succeeded(payment.amount())));
        now(bench.node.ledger.confirm(payment.id(), reservation));
        bench.run(
                "UPDATE payments SET stuck = true WHERE payment = ?",
                payment.id().code());
        archive(sale);

        assertThatThrownBy(() -> bench.office(bench.database).reject(payment.id(), OLGA))
                .isInstanceOf(PaymentRefused.class);

        bench.assertSettled(sale);
        assertThat(bench.find(payment.id()).bought()).contains(reservation);
        assertThat(bench.money(sale)).isEqualTo(4_900);
    }

    @Test
    void nothingIsDecidedOfASaleThatHasOnlyGoneMissing() {
        SaleId sale = bench.putOn(5, 100);
        Payment payment = openPage(sale);
        bench.writeOrders(sale);
        bench.shell.ask("DEL seckill:{" + sale + "}:stock");

        assertThatThrownBy(() -> bench.hands().settlement().hear(bench.success(payment, "evt")))
                .isInstanceOf(LedgerAway.class);

        assertThat(bench.find(payment.id()).isToBeDecided()).isTrue();
        assertThat(bench.ask("SELECT count(*) FROM refunds WHERE sale = ?", sale.value()))
                .isEqualTo("0");
    }
}
