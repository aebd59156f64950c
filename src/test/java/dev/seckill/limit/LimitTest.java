package dev.seckill.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.http.Problem;
import dev.seckill.http.Reply;
import dev.seckill.trade.BadInput;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Everybody may ask so many times at once, and then so often a second; nobody pays for another. Touches memory. */
class LimitTest {
    private static final Problem PROBLEM = new Problem(429, "too-many", "Too many requests", "Come again later.");

    private final HandClock clock = new HandClock();
    private final AtomicInteger refusals = new AtomicInteger();

    private Limit<String> limit(int atOnce, int perSecond, int most) {
        return new Limit<>(new Rate("buyer", atOnce, perSecond), most, clock, PROBLEM, refusals::incrementAndGet);
    }

    private static int granted(Limit<String> limit, String who, int requests) {
        return (int) IntStream.range(0, requests)
                .filter(i -> limit.take(who).isEmpty())
                .count();
    }

    @Test
    void letsSoManyInAtOnceAndNoMore() {
        Limit<String> limit = limit(10, 1, 1_000);

        assertThat(granted(limit, "ann", 50)).isEqualTo(10);
        assertThat(granted(limit, "bob", 50)).as("somebody else").isEqualTo(10);
        assertThat(refusals).hasValue(80);
    }

    @Test
    void letsInAsManyAsTheTimeThatPassedAllows() {
        Limit<String> limit = limit(10, 2, 1_000);
        assertThat(granted(limit, "ann", 10)).isEqualTo(10);

        clock.pass(Duration.ofMillis(499));
        assertThat(granted(limit, "ann", 5)).isZero();
        clock.pass(Duration.ofMillis(1));
        assertThat(granted(limit, "ann", 5)).isEqualTo(1);
        clock.pass(Duration.ofSeconds(3));
        assertThat(granted(limit, "ann", 50)).isEqualTo(6);
        clock.pass(Duration.ofHours(1));
        assertThat(granted(limit, "ann", 50)).as("never more than at once").isEqualTo(10);
    }

    @Test
    void refusalsDoNotMakeItLonger() {
        Limit<String> limit = limit(1, 1, 1_000);
        assertThat(granted(limit, "ann", 1)).isEqualTo(1);

        for (int i = 0; i < 99; i++) {
            clock.pass(Duration.ofMillis(10));
            assertThat(granted(limit, "ann", 1)).isZero();
        }
        clock.pass(Duration.ofMillis(10));

        assertThat(granted(limit, "ann", 1)).isEqualTo(1);
    }

    @Test
    void saysWhenToComeAgainAndWhatTheLimitIs() {
        Limit<String> limit = limit(10, 1, 1_000);
        granted(limit, "ann", 10);

        Reply refusal = limit.take("ann").orElseThrow();

        assertThat(refusal.status()).isEqualTo(429);
        assertThat(refusal.mediaType()).isEqualTo("application/problem+json");
        assertThat(refusal.retryAfterSeconds()).isEqualTo(1);
        assertThat(refusal.headers())
                .isEqualTo(Map.of("RateLimit-Policy", "\"buyer\";q=10;w=10", "RateLimit", "\"buyer\";r=0;t=1"));
        clock.pass(Duration.ofSeconds(refusal.retryAfterSeconds()));
        assertThat(granted(limit, "ann", 5)).isEqualTo(1);
    }

    @Test
    void isNotThereWhereItIsSwitchedOff() {
        assertThat(granted(limit(0, 1, 1_000), "ann", 10_000)).isEqualTo(10_000);
        assertThat(refusals).hasValue(0);
    }

    @Test
    void keepsItsWordToThreadsThatAskTogether() {
        Limit<String> limit = limit(1_000, 1, 1_000);

        List<CompletableFuture<Integer>> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(CompletableFuture.supplyAsync(() -> granted(limit, "ann", 5_000)));
        }

        assertThat(threads.stream().mapToInt(CompletableFuture::join).sum()).isEqualTo(1_000);
    }

    /** Addresses cost an attacker little; a million of them must not make it forget the one that asks all the time. */
    @Test
    void doesNotForgetWhoAsksAllTheTimeForACrowdThatAsksOnce() {
        Limit<String> limit = limit(10, 1, 1_000);
        assertThat(granted(limit, "flood", 100)).isEqualTo(10);

        int granted = 0;
        for (int i = 0; i < 200_000; i++) {
            assertThat(limit.take("stranger-" + i)).isEmpty();
            if (i % 100 == 0) {
                granted += granted(limit, "flood", 1);
            }
        }

        assertThat(granted).isZero();
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "1000001, 1", "1, 0", "1, 1000001"})
    void refusesARateThatIsNone(int atOnce, int perSecond) {
        assertThatThrownBy(() -> new Rate("purchases", atOnce, perSecond))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("seckill.limit.purchases.");
    }

    @Test
    void answersEachRefusalByItself() {
        Limit<String> limit = limit(1, 1, 1_000);
        granted(limit, "ann", 1);

        Optional<Reply> first = limit.take("ann");
        clock.pass(Duration.ofMillis(1));

        assertThat(first).isPresent();
        assertThat(limit.take("ann")).isEqualTo(first);
    }

    private static final class HandClock implements TimeMeter {
        private long nanos = 1;

        void pass(Duration time) {
            nanos += time.toNanos();
        }

        @Override
        public long currentTimeNanos() {
            return nanos;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
