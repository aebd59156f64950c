package dev.seckill.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a node makes of the time that Redis tells. Touches memory. */
class LedgerClockTest {
    private static final long NOON = 1_800_000_000_000L;

    private final Logger logger = Logger.getLogger(LedgerClock.class.getName());
    private final List<String> alarms = new ArrayList<>();
    private final Handler listener = new Handler() {
        @Override
        public void publish(LogRecord alarm) {
            alarms.add(alarm.getParameters()[0].toString());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private final LedgerClock clock = new LedgerClock();

    @BeforeEach
    void listen() {
        logger.addHandler(listener);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(listener);
    }

    private void hear(long ledgerMs) {
        clock.hear(ledgerMs, System.nanoTime());
    }

    @Test
    void takesALateReplyForNoJump() {
        clock.hear(NOON, System.nanoTime() - 3_600_000_000_000L);
        long longAgo = System.nanoTime() - 60_000_000_000L;
        clock.hear(NOON, longAgo);

        clock.hear(NOON - 50_000, longAgo);

        assertThat(alarms).isEmpty();
    }

    @Test
    void goesOnBetweenReplies() throws InterruptedException {
        hear(NOON);

        Thread.sleep(20);

        assertThat(clock.nowMs()).isBetween(NOON + 20, NOON + 5_000);
        hear(NOON + 20);
        assertThat(alarms).isEmpty();
    }

    @Test
    void followsAClockThatWasSetAndRaisesTheAlarmOnce() {
        hear(NOON);

        hear(NOON + 3_600_000);
        hear(NOON);

        assertThat(clock.nowMs()).isBetween(NOON, NOON + 60_000);
        assertThat(alarms).hasSize(1);
        assertThat(Long.parseLong(alarms.get(0))).isBetween(3_540_000L, 3_600_000L);
    }
}
