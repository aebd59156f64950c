package dev.seckill.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seckill.ledger.Heard;
import dev.seckill.ledger.Movement;
import dev.seckill.ledger.ToldLedger;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.Standing;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The test is the ledger, so each reply comes when it wants. Touches memory. */
class GateTest {
    private static final SaleId SALE = new SaleId("sale");
    private static final long LEASE = Duration.ofSeconds(20).toNanos();
    private static final BuyerId OWNER = new BuyerId("owner");
    private static final BuyerId LATER_OWNER = new BuyerId("later-owner");
    private static final BuyerId STRANGER = new BuyerId("stranger");

    private final ToldLedger ledger = new ToldLedger();
    private final Gate gate = new Gate(new Winners(SALE, ledger));

    /** The last ticket has gone to the owner, with the tenth movement of the first epoch. */
    private static final Standing EMPTY = empty(1, 10, 1);

    private static Standing empty(long epoch, long seq, long sellable) {
        return new Standing(epoch, seq, sellable, 0, 0);
    }

    /** A ticket came back and rests, with the eleventh movement. */
    private static final Standing RESTS = new Standing(1, 11, 1, 0, 1);

    private static Movement reserved(long epoch, long seq, BuyerId buyer) {
        return new Movement(epoch, seq, Map.of(), List.of(new Movement.Part("r".repeat(22), "1|" + buyer)));
    }

    private static long now() {
        return System.nanoTime();
    }

    private void closes() {
        hear(EMPTY, now());
        ledger.tellBuyers(OWNER.value());

        assertThat(gate.refuses(STRANGER)).isTrue();
    }

    @Test
    void refusesNobodyBeforeItHasHeardThatNothingIsLeft() {
        hear(new Standing(1, 10, 1, 1, 0), now());

        assertThat(gate.refuses(STRANGER)).isFalse();
        assertThat(ledger.readers()).isZero();
    }

    @Test
    void refusesStrangersAndNoOwnerOnceNothingIsLeft() {
        closes();

        assertThat(gate.refuses(OWNER)).isFalse();
    }

    @Test
    void refusesNobodyBeforeItKnowsEveryOwner() {
        hear(EMPTY, now());

        assertThat(gate.refuses(STRANGER)).isFalse();
        assertThat(gate.refuses(OWNER)).isFalse();
    }

    @Test
    void refusesNobodyIfItCouldNotReadTheOwnersAndReadsThemNextTime() {
        hear(EMPTY, now());
        ledger.tellNobody();
        assertThat(gate.refuses(STRANGER)).isFalse();

        closes();

        assertThat(gate.refuses(OWNER)).isFalse();
    }

    @Test
    void refusesStrangersWhileReturnedTicketsRestButNoLonger() {
        long left = Duration.ofMillis(300).toNanos();
        long sentAt = now();
        hear(RESTS, sentAt, left);
        ledger.tellBuyers(OWNER.value());

        assertThat(gate.refuses(STRANGER) || now() - sentAt >= left).isTrue();
        assertThat(gate.refuses(OWNER)).isFalse();
        await().pollDelay(Duration.ofNanos(left))
                .atMost(Duration.ofSeconds(2))
                .untilAsserted(() -> assertThat(gate.refuses(STRANGER)).isFalse());
    }

    @Test
    void refusesNobodyWhenWhatRestedIsOnSaleToWhoeverComes() {
        hear(RESTS, now(), 0);
        ledger.tellBuyers(OWNER.value());

        assertThat(gate.refuses(STRANGER)).isFalse();
    }

    @Test
    void refusesNobodyByAReplyToACallThatWasSentALeaseAgo() {
        hear(EMPTY, now() - LEASE);
        ledger.tellBuyers(OWNER.value());

        assertThat(gate.refuses(STRANGER)).isFalse();
    }

    @Test
    void refusesForALeaseFromTheMomentItsCallWasSent() {
        long left = Duration.ofMillis(300).toNanos();
        long sentAt = now() - LEASE + left;
        hear(EMPTY, sentAt);
        ledger.tellBuyers(OWNER.value());
        assertThat(gate.refuses(STRANGER) || now() - sentAt >= LEASE).isTrue();

        await().pollDelay(Duration.ofNanos(left))
                .atMost(Duration.ofSeconds(2))
                .untilAsserted(() -> assertThat(gate.refuses(STRANGER)).isFalse());
    }

    @Test
    void goesOnRefusingWhenItHearsAgainThatNothingIsLeft() {
        hear(EMPTY, now() - LEASE);
        ledger.tellBuyers(OWNER.value());
        assertThat(gate.refuses(STRANGER)).isFalse();

        hear(EMPTY, now());

        assertThat(gate.refuses(STRANGER)).isTrue();
        assertThat(ledger.readers()).isZero();
    }

    @Test
    void doesNotOpenEarlierForAReplyThatOvertookAnother() {
        closes();

        hear(EMPTY, now() - LEASE);

        assertThat(gate.refuses(STRANGER)).isTrue();
    }

    @Test
    void opensAtOnceWhenATicketIsOnSaleAgain() {
        closes();

        hear(new Standing(1, 12, 2, 1, 0), now());

        assertThat(gate.refuses(STRANGER)).isFalse();
    }

    /** The ticket was on sale and is sold again, to somebody whom this node may not know yet. */
    @Test
    void opensWhenATicketWasOnSaleInBetween() {
        closes();

        hear(empty(1, 13, 2), now());

        assertThat(gate.refuses(STRANGER)).isFalse();
    }

    @Test
    void staysClosedWhileATicketThatCameBackRests() {
        closes();

        hear(RESTS, now());

        assertThat(gate.refuses(STRANGER)).isTrue();
    }

    @Test
    void staysOpenForGoodAndReadsNoMoreWhenThereAreMoreOwnersThanItKeeps() {
        String[] owners = IntStream.rangeClosed(0, Winners.MOST)
                .mapToObj(i -> "owner" + i)
                .toArray(String[]::new);

        hear(EMPTY, now());
        ledger.tellBuyers(owners);
        hear(EMPTY, now());

        assertThat(gate.refuses(STRANGER)).isFalse();
        assertThat(ledger.readers()).isZero();
    }

    @Test
    void closesForNoReplyThatIsOlderThanWhatItKnows() {
        hear(new Standing(1, 12, 2, 1, 0), now());

        hear(EMPTY, now());

        assertThat(ledger.readers()).isZero();
        assertThat(gate.refuses(STRANGER)).isFalse();
    }

    @Test
    void staysOpenIfATicketWentOnSaleWhileItReadTheOwners() {
        hear(EMPTY, now());
        hear(new Standing(1, 12, 2, 1, 0), now());

        ledger.tellBuyers(OWNER.value());

        assertThat(gate.refuses(STRANGER)).isFalse();
    }

    @Test
    void staysOpenIfTheReturnedTicketWasSoldAgainWhileItReadTheOwners() {
        hear(EMPTY, now());
        hear(empty(1, 13, 2), now());

        ledger.tellBuyers(OWNER.value());
        assertThat(gate.refuses(LATER_OWNER)).isFalse();
        assertThat(gate.refuses(STRANGER)).isFalse();
        ledger.tellMovements(reserved(1, 11, OWNER), reserved(1, 12, BuyerId.ANONYMOUS), reserved(1, 13, LATER_OWNER));

        assertThat(gate.refuses(STRANGER)).isTrue();
        assertThat(gate.refuses(LATER_OWNER)).isFalse();
    }

    @Test
    void refusesNobodyInANewEpochBeforeItHasReadTheOwnersAnew() {
        closes();

        hear(empty(2, 11, 1), now());
        assertThat(gate.refuses(STRANGER)).isFalse();
        assertThat(gate.refuses(LATER_OWNER)).isFalse();
        ledger.tellBuyers(OWNER.value(), LATER_OWNER.value());

        assertThat(gate.refuses(STRANGER)).isTrue();
        assertThat(gate.refuses(LATER_OWNER)).isFalse();
    }

    @Test
    void closesForNoReplyFromAnEpochThatHasEnded() {
        closes();
        hear(new Standing(2, 11, 1, 1, 0), now());

        hear(empty(1, 12, 1), now());

        assertThat(gate.refuses(STRANGER)).isFalse();
    }

    @Test
    void refusesNoOwnerWhileItReadsAllOwnersAgainAfterAGap() {
        closes();

        hear(empty(1, 12, 1), now());
        ledger.tellMovements(reserved(1, 12, BuyerId.ANONYMOUS));
        assertThat(gate.refuses(OWNER)).isFalse();
        ledger.tellBuyers(OWNER.value(), LATER_OWNER.value());

        assertThat(gate.refuses(OWNER)).isFalse();
        assertThat(gate.refuses(LATER_OWNER)).isFalse();
        assertThat(gate.refuses(STRANGER)).isTrue();
    }

    @Test
    void refusesNoOwnerAfterItFailedToReadAllOwnersAgain() {
        closes();

        hear(empty(1, 12, 1), now());
        ledger.tellMovements();
        ledger.tellNobody();

        assertThat(gate.refuses(OWNER)).isFalse();
    }

    private CompletionStage<Void> hear(Standing standing, long sentAtNanos) {
        return hear(standing, sentAtNanos, LEASE);
    }

    private CompletionStage<Void> hear(Standing standing, long sentAtNanos, long leaseNanos) {
        return gate.hear(new Heard(SALE, standing, TimeUnit.NANOSECONDS.toMillis(leaseNanos), sentAtNanos));
    }
}
