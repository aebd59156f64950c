package dev.seckill.limit;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.seckill.http.Problem;
import dev.seckill.http.Reply;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.LocalBucketBuilder;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps each of many to one rate: a bucket of tokens for each, which fills again as time goes by.
 *
 * <p>There is room for so many buckets. Past it the cache forgets who comes seldom and keeps who comes often, so a crowd of
 * addresses that are used once each does not make it forget the one it should stop. Whoever is forgotten begins anew; after
 * {@link Rate#secondsToFull} of silence that is what they would do anyway, so their bucket goes.
 */
final class Limit<K> {
    private final Rate rate;
    private final Runnable refused;

    /** Says "in a second" to everybody, because no rate is less than one a second. */
    private final Optional<Reply> refusal;

    private final LoadingCache<K, Bucket> buckets;

    /**
     * @param most who are remembered
     * @param refused is told of each refusal
     */
    Limit(Rate rate, int most, TimeMeter clock, Problem problem, Runnable refused) {
        this.rate = rate;
        this.refused = refused;
        refusal = Optional.of(refusal(rate, problem));
        LocalBucketBuilder builder = Bucket.builder()
                .addLimit(Bandwidth.builder()
                        .capacity(Math.max(1, rate.atOnce()))
                        .refillGreedy(rate.perSecond(), Duration.ofSeconds(1))
                        .build())
                .withCustomTimePrecision(clock);
        buckets = Caffeine.newBuilder()
                .maximumSize(most)
                .expireAfterAccess(Duration.ofSeconds(rate.secondsToFull()))
                .ticker(clock::currentTimeNanos)
                // On the thread that asks: it is short, and no pool of the JVM's holds on to this application.
                .executor(Runnable::run)
                .build(key -> builder.build());
    }

    /** Counts one request; the answer to it if it is one too many. */
    Optional<Reply> take(K who) {
        if (rate.isOff()) {
            return Optional.empty();
        }
        Bucket bucket = buckets.get(who);
        if (bucket.tryConsume(1)) {
            return Optional.empty();
        }
        refused.run();
        return refusal;
    }

    private static Reply refusal(Rate rate, Problem problem) {
        String name = '"' + rate.name() + '"';
        return problem.retryAfter(1)
                .reply()
                .with(Map.of(
                        "RateLimit-Policy",
                        name + ";q=" + rate.atOnce() + ";w=" + rate.secondsToFull(),
                        "RateLimit",
                        name + ";r=0;t=1"));
    }
}
