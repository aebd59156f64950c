package dev.seckill.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.trade.BuyerId;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** Touches memory. */
class RushAuditTest {
    private static final SaleId SALE = new SaleId("rush");

    private static final long BEGAN_AT_MS = 1_000_000;

    private final Tally told = new Tally(0);
    private final List<Verdict> heard = new ArrayList<>();
    private final Winnings won = new Winnings();
    private final List<Reservation> ledger = new ArrayList<>();

    @Test
    void isContentWhenEachTicketWentToOneBuyerWhoKnowsOfIt() {
        wins(0);
        hears(Verdict.SOLD_OUT);
        wins(2);

        RushAudit audit = audit(2);

        assertThat(audit.findings()).isEmpty();
        assertThat(audit.winners()).isEqualTo(2);
        assertThat(audit.unheard()).isZero();
    }

    @Test
    void countsThoseWhoCouldNotHearOfTheirs() {
        wins(0);
        hears(Verdict.NO_ANSWER);
        ledgerHas(1);

        RushAudit audit = audit(2);

        assertThat(audit.findings()).isEmpty();
        assertThat(audit.unheard()).isEqualTo(1);
    }

    @Test
    void findsTheBuyerWhoWasRefusedAndHasOne() {
        wins(0);
        hears(Verdict.SOLD_OUT);
        ledgerHas(1);

        assertThat(audit(2).findings())
                .anyMatch(finding -> finding.contains("buyer-000000001 heard SOLD_OUT and has a reservation"));
    }

    @Test
    void findsTheReservationThatIsNotInTheLedger() {
        wins(0);
        ledger.clear();

        assertThat(audit(1).findings()).anyMatch(finding -> finding.contains("not in the ledger"));
    }

    @Test
    void findsTheReservationThatTwoHeardOf() {
        wins(0);
        hears(Verdict.RESERVED);
        won.add(1, AnswerReader.code(AttemptRequest.reservation(SALE, 0).code()));

        assertThat(audit(1).findings())
                .contains("Different buyers heard of the same reservation.")
                .anyMatch(finding -> finding.contains("not its own"));
    }

    @Test
    void findsTicketsThatNobodyGotAndTicketsThatWereNotThere() {
        wins(0);
        hears(Verdict.SOLD_OUT);

        assertThat(audit(2).findings()).contains("The ledger has 1 reservations, not 2.");
        wins(2);
        wins(3);
        assertThat(audit(2).findings()).contains("The ledger has 3 reservations, not 2.");
    }

    @Test
    void findsTheReservationOfSomebodyElse() {
        hears(Verdict.SOLD_OUT);
        ledger.add(new Reservation(
                new ReservationId(SALE, "AAAAAAAAAAAAAAAAAAAAAA"),
                BuyerId.named("ann"),
                1,
                ReservationStatus.RESERVED,
                0,
                1));

        assertThat(audit(1).findings()).contains("ann has a reservation and was not among the buyers.");
    }

    @Test
    void findsTheBuyerWhoHeardSoldOutWhileATicketWasLeft() {
        wins(0);
        ledgerHas(1, BEGAN_AT_MS + 40);
        hears(Verdict.NO_ANSWER);
        hears(Verdict.SOLD_OUT);

        told.hear(Verdict.SOLD_OUT, 0, 0, TimeUnit.MILLISECONDS.toNanos(39));

        assertThat(audit(2).findings()).as("clocks that count milliseconds").isEmpty();
        assertThat(audit(2).lastTakenMs()).isEqualTo(40);
        ledger.remove(1);
        ledgerHas(1, BEGAN_AT_MS + 41);
        assertThat(audit(2).findings())
                .containsExactly("Somebody heard sold out after 39 ms, and the last ticket was taken after 41 ms.");
    }

    private void wins(int attempt) {
        hears(Verdict.RESERVED);
        won.add(
                attempt,
                AnswerReader.code(AttemptRequest.reservation(SALE, attempt).code()));
        ledgerHas(attempt);
    }

    private void hears(Verdict verdict) {
        heard.add(verdict);
    }

    private void ledgerHas(int attempt) {
        ledgerHas(attempt, BEGAN_AT_MS);
    }

    private void ledgerHas(int attempt, long atMs) {
        ledger.add(new Reservation(
                AttemptRequest.reservation(SALE, attempt),
                AttemptRequest.buyer(attempt),
                1,
                ReservationStatus.RESERVED,
                atMs,
                atMs + Duration.ofMinutes(5).toMillis()));
    }

    private RushAudit audit(long tickets) {
        LoadRun run = new LoadRun(
                BEGAN_AT_MS,
                heard.size(),
                told,
                new LoadRun.Ends(List.copyOf(heard)),
                new Histogram(3),
                won,
                0,
                TimeUnit.SECONDS.toNanos(1),
                0);
        return RushAudit.of(run, SALE, tickets, ledger);
    }
}
