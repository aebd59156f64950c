package dev.seckill.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a node looks after others came and went. Touches memory. */
class LooksTest {
    private static final Duration LEASE = Duration.ofMillis(300);
    private static final Duration LONG_LEASE = Duration.ofHours(1);

    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1);
    private final AtomicInteger looked = new AtomicInteger();

    @BeforeEach
    void keepNothingThatIsCancelled() {
        thread.setRemoveOnCancelPolicy(true);
    }

    @AfterEach
    void end() {
        thread.shutdownNow();
    }

    @Test
    void looksAtOnceAndOnlyOnceThoughManyCameWhileItLooked() throws InterruptedException {
        CountDownLatch looking = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Looks looks = new Looks(
                thread,
                () -> {
                    looked.incrementAndGet();
                    looking.countDown();
                    awaitQuietly(goOn);
                },
                List.of(LEASE));

        looks.now();
        looking.await();
        for (int i = 0; i < 100; i++) {
            looks.now();
        }
        assertThat(thread.getQueue())
                .as("those who came did not wait, and are one look")
                .hasSize(1);
        goOn.countDown();

        await().until(() -> thread.getCompletedTaskCount() == 2);
        assertThat(looked).hasValue(2);
    }

    @Test
    void looksAgainWhenTheLeasesOfTheLastThatWentHaveEnded() {
        Looks looks = new Looks(thread, looked::incrementAndGet, List.of(LEASE, LONG_LEASE));

        for (int i = 0; i < 100; i++) {
            looks.afterLeases();
        }
        long wentAt = System.nanoTime();
        assertThat(thread.getQueue()).as("one for each lease").hasSize(2);

        await().pollInterval(Duration.ofMillis(5)).until(() -> looked.get() == 1);
        assertThat(Duration.ofNanos(System.nanoTime() - wentAt)).isGreaterThanOrEqualTo(LEASE.minusMillis(50));
        assertThat(thread.getQueue()).hasSize(1);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
