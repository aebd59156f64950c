package dev.seckill.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.trade.Place;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a node remembers of the orders of a sale that it writes, or no longer writes. Touches memory. */
class SaleWatchTest {
    private final SaleWatch watch = new SaleWatch(Duration.ofSeconds(1), Duration.ofSeconds(8));

    private void hear(boolean isMine) {
        watch.hear(new Roster.Line(new SaleId("sale"), Place.BEGIN, 1, false, 0, 0, isMine));
    }

    @Test
    void whoStoppedSaysSoUntilItWritesAgain() {
        hear(true);
        assertThat(watch.begin()).isTrue();
        watch.endTroubled("the history does not go on", true);

        hear(true);
        assertThat(watch.isStopped()).isTrue();
        watch.endQuiet(true);
        assertThat(watch.isStopped()).isFalse();
        assertThat(watch.trouble()).isEmpty();
    }

    @Test
    void whoHandedASaleOverSaysNothingOfItAnyMore() {
        hear(true);
        assertThat(watch.begin()).isTrue();
        watch.endTroubled("the history does not go on", true);

        hear(false);

        assertThat(watch.isStopped()).isFalse();
        assertThat(watch.trouble()).isEmpty();
    }
}
