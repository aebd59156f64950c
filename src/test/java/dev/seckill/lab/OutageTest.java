package dev.seckill.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Touches memory. */
class OutageTest {
    private final List<Purchase> purchases = new ArrayList<>();

    @Test
    void isNoneWhenNobodyFails() {
        hear(Heard.RESERVED, Heard.RESERVED);

        assertThat(Outage.of(purchases)).isEqualTo(new Outage(2, 0, Duration.ZERO, true));
        assertThat(Bound.nobody().isKeptBy(Outage.of(purchases))).isTrue();
    }

    @Test
    void lastsFromTheFirstFailureToTheFirstGoodOneAfterTheLast() {
        hear(Heard.RESERVED, Heard.SILENT, Heard.RESERVED, Heard.BROKEN, Heard.RESERVED, Heard.RESERVED);

        assertThat(Outage.of(purchases)).isEqualTo(new Outage(6, 2, Duration.ofMillis(60), true));
    }

    @Test
    void hasNoEndWhereNobodySucceedsAfterIt() {
        hear(Heard.RESERVED, Heard.FAULT, Heard.BUSY);

        Outage outage = Outage.of(purchases);

        assertThat(outage.isOver()).isFalse();
        assertThat(Bound.outage(Duration.ofHours(1)).isKeptBy(outage)).isFalse();
        assertThat(Bound.none().isKeptBy(outage)).isTrue();
    }

    @Test
    void countsTheOneWhoMayHaveBoughtAsFailedAndTheOneWhoWasRefusedAsAnswered() {
        hear(Heard.UNKNOWN, Heard.REFUSED);

        assertThat(Outage.of(purchases).failed()).isEqualTo(1);
    }

    @Test
    void keepsItsBoundWithinThreeTimesWhatIsPromised() {
        Outage outage = new Outage(100, 20, Duration.ofMillis(600), true);

        assertThat(Bound.outage(Duration.ofMillis(200)).isKeptBy(outage)).isTrue();
        assertThat(Bound.outage(Duration.ofMillis(199)).isKeptBy(outage)).isFalse();
        assertThat(Bound.nobody().isKeptBy(outage)).isFalse();
    }

    @Test
    void isOfThePhaseInWhichItWasHeard() {
        hear(Heard.RESERVED, Heard.SILENT, Heard.RESERVED);
        Scene.Phase phase = new Scene.Phase("cut", 1_030, Bound.nobody());

        // the second was due at 1020 and heard at 1030
        assertThat(phase.outage(purchases, 2_000).failed()).isEqualTo(1);
        assertThat(phase.outage(purchases, 1_030).made()).isZero();
    }

    @Test
    void isReadAgainAsItWasWritten() {
        Purchase bought =
                new Purchase(7, 1_700_000_000_123L, 12, 40_001, Heard.SILENT, Heard.RESERVED, 3, "demo.0123456789");
        Purchase silent = new Purchase(8, 1_700_000_000_143L, 1_000, 0, Heard.SILENT, Heard.SILENT, 1, "");

        assertThat(Purchase.parse(bought.toLine())).isEqualTo(bought);
        assertThat(Purchase.parse(silent.toLine())).isEqualTo(silent);
    }

    @Test
    void isOverWhenAllThatWereDueSinceHaveSucceeded() {
        hear(Heard.RESERVED, Heard.SILENT, Heard.RESERVED, Heard.RESERVED);
        assertThat(Buyers.goodAtTheEnd(purchases, 0)).isEqualTo(2);
        assertThat(Buyers.goodAtTheEnd(purchases, 1_060)).isEqualTo(1);

        purchases.remove(2);
        assertThat(Buyers.goodAtTheEnd(purchases, 0))
                .as("who has not answered yet may fail")
                .isEqualTo(1);
    }

    /** Each is due 20 ms after the one before, and hears something after 10 ms. */
    private void hear(Heard... heard) {
        for (Heard each : heard) {
            int number = purchases.size();
            purchases.add(new Purchase(number, 1_000 + 20L * number, 10, 40_000, each, each, 1, ""));
        }
    }
}
