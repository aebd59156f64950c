package dev.seckill.limit;

import dev.seckill.http.Problem;
import dev.seckill.http.Reply;
import dev.seckill.trade.BuyerId;
import io.github.bucket4j.TimeMeter;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the limits cost a purchase: where it comes from, one of many addresses, a buyer who has never been here. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LimitBench {
    private static final int KNOWN = 50_000;
    private static final Problem PROBLEM = new Problem(429, "too-many", "Too many requests", "Come again later.");

    private final Origin origin = new Origin(List.of(Network.parse("proxies", "10.0.0.0/8")));
    private final AtomicInteger next = new AtomicInteger();
    private final Limit<Long> addresses = limit(1_000_000, 1_000_000);
    private final Limit<BuyerId> buyers = limit(10, 1);
    private final Limit<Long> exhausted = limit(1, 1);

    private static <K> Limit<K> limit(int atOnce, int perSecond) {
        return new Limit<>(new Rate("bench", atOnce, perSecond), KNOWN, TimeMeter.SYSTEM_NANOTIME, PROBLEM, () -> {});
    }

    @Benchmark
    public Address peer() {
        return origin.of("192.0.2.17", Collections::emptyEnumeration);
    }

    @Benchmark
    public Address behindAProxy() {
        return origin.of("10.0.0.1", () -> Collections.enumeration(List.of("198.51.100.7, 192.0.2.17")));
    }

    @Benchmark
    public Optional<Reply> oneOfAThousandAddresses() {
        return addresses.take((long) next.incrementAndGet() % 1_000);
    }

    @Benchmark
    public Optional<Reply> newBuyer() {
        return buyers.take(BuyerId.named("buyer-" + next.incrementAndGet()));
    }

    @Benchmark
    public Optional<Reply> refusal() {
        return exhausted.take(1L);
    }
}
