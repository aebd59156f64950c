package dev.seckill.stock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Touches memory. */
class ShareTest {
    private final Share share = new Share();

    @Test
    void letsNobodyThroughBeforeItWasGranted() {
        assertThat(share.take(1)).isFalse();
        assertThat(share.tickets()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void letsThroughExactlyAsManyAsItWasGranted(int granted) {
        share.grant(granted);

        for (int i = 1; i <= granted; i++) {
            assertThat(share.take(1)).as("ticket %d", i).isTrue();
        }

        assertThat(share.take(1)).isFalse();
        assertThat(share.tickets()).isZero();
    }

    @Test
    void givesAllThatIsWantedOrNothing() {
        share.grant(3);

        assertThat(share.take(4)).isFalse();
        assertThat(share.tickets()).isEqualTo(3);
        assertThat(share.take(3)).isTrue();
    }

    @Test
    void hasBackWhatWasTakenAndGivenBack() {
        share.grant(5);

        assertThat(share.take(3)).isTrue();
        share.giveBack(3);

        assertThat(share.tickets()).isEqualTo(5);
    }

    @Test
    void isReplacedByTheNextGrant() {
        share.grant(5);

        share.grant(2);

        assertThat(share.tickets()).isEqualTo(2);
    }

    @Test
    void shrinksToWhatIsLeftAndNeverGrowsByIt() {
        share.grant(5);

        share.capAt(2);
        assertThat(share.tickets()).isEqualTo(2);

        share.capAt(4);
        assertThat(share.tickets()).isEqualTo(2);
    }

    @Test
    void letsThroughNoMoreThanGrantedWhenAllComeAtOnce() throws InterruptedException {
        int granted = 300_000;
        int threads = 4;
        share.grant(granted);
        AtomicInteger through = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService buyers = Executors.newFixedThreadPool(threads);

        try {
            List<Runnable> crowd = java.util.Collections.nCopies(threads, () -> {
                await(start);
                for (int i = 0; i < granted; i++) {
                    if (share.take(1)) {
                        through.incrementAndGet();
                    }
                }
            });
            crowd.forEach(buyers::execute);
            start.countDown();
        } finally {
            buyers.shutdown();
        }

        assertThat(buyers.awaitTermination(10, java.util.concurrent.TimeUnit.SECONDS))
                .isTrue();
        assertThat(through).hasValue(granted);
        assertThat(share.tickets()).isZero();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
