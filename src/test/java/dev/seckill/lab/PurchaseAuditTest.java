package dev.seckill.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Touches memory. */
class PurchaseAuditTest {
    private static final SaleId SALE = new SaleId("test");
    private static final String NAMES = "director-x";

    private final List<Purchase> purchases = new ArrayList<>();
    private final List<Reservation> ledger = new ArrayList<>();

    @Test
    void isContentWhenWhoHeardOfAReservationHasIt() {
        buys(3, Heard.RESERVED);
        ledgerHas(3, "key", 1, ReservationStatus.RESERVED);
        ledgerHas(2, "of-the-story-before", 1, ReservationStatus.RESERVED);
        ledger.add(reservation("somebody-else-4", "key", 1, ReservationStatus.RESERVED));

        PurchaseAudit audit = audit();

        assertThat(audit).isEqualTo(new PurchaseAudit(1, 0, 0, 0, List.of()));
        assertThat(audit.isOk()).isTrue();
    }

    @Test
    void findsTheReservationThatIsLost() {
        buys(0, Heard.RESERVED);
        buys(1, Heard.RESERVED);
        buys(2, Heard.RESERVED);
        ledgerHas(1, "another", 1, ReservationStatus.RESERVED);
        ledgerHas(2, "key", 1, ReservationStatus.EXPIRED);

        assertThat(audit().lost()).isEqualTo(3);
        assertThat(audit().isOk()).isFalse();
    }

    @Test
    void findsTheBuyerWhoHasTwo() {
        buys(0, Heard.RESERVED);
        ledgerHas(0, "key", 1, ReservationStatus.RESERVED);
        ledgerHas(0, "another", 1, ReservationStatus.RESERVED);
        buys(1, Heard.RESERVED);
        ledgerHas(1, "key", 2, ReservationStatus.RESERVED);

        assertThat(audit().doubled()).isEqualTo(2);
        assertThat(audit().isOk()).isFalse();
    }

    @Test
    void findsTheReservationThatTwoHeardOf() {
        buys(0, Heard.RESERVED);
        ledgerHas(0, "key", 1, ReservationStatus.RESERVED);
        purchases.add(new Purchase(
                1, 0, 0, 0, Heard.RESERVED, Heard.RESERVED, 1, purchases.get(0).reservation()));

        assertThat(audit().findings()).anyMatch(finding -> finding.contains("the same reservation"));
    }

    @Test
    void findsWhoWasRefusedOrNeverAnsweredOrNeverAsked() {
        buys(0, Heard.REFUSED);
        assertThat(audit().findings()).singleElement().asString().contains("was refused");

        purchases.clear();
        buys(0, Heard.SILENT);
        ledgerHas(0, "key", 1, ReservationStatus.RESERVED);
        assertThat(audit().unheard()).isEqualTo(1);
        assertThat(audit().findings()).singleElement().asString().contains("never answered");

        ledger.clear();
        buys(1, Heard.RESERVED);
        ledgerHas(1, "key", 1, ReservationStatus.RESERVED);
        ledgerHas(2, "key", 1, ReservationStatus.RESERVED);
        purchases.remove(0);
        assertThat(audit().findings()).singleElement().asString().contains("never told");
    }

    private PurchaseAudit audit() {
        return PurchaseAudit.of(purchases, ledger, NAMES);
    }

    private void buys(int number, Heard last) {
        String id = reservation(PurchaseRequest.buyer(NAMES, number), "key", 1, ReservationStatus.RESERVED)
                .id()
                .toString();
        purchases.add(new Purchase(number, 0, 0, 0, last, last, 1, last == Heard.RESERVED ? id : ""));
    }

    private void ledgerHas(int number, String key, int quantity, ReservationStatus status) {
        ledger.add(reservation(PurchaseRequest.buyer(NAMES, number), key, quantity, status));
    }

    private static Reservation reservation(String buyer, String key, int quantity, ReservationStatus status) {
        BuyerId named = BuyerId.named(buyer);
        return new Reservation(
                ReservationId.derive(SALE, named, new IdempotencyKey(key)), named, quantity, status, 0, 1);
    }
}
