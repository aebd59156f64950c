package dev.seckill.ledger;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;
import org.eclipse.microprofile.metrics.Tag;

/**
 * How long things took, in counters that can be added up over nodes: for each bound, how many took no longer.
 *
 * <p>Not the server's timer. Its buckets count a sample of a thousand that forgets, beside a total that counts all, so that every
 * rate and every quantile of them is wrong. To add one costs two counters; the rest is done once a second.
 */
public final class Durations {
    /** From a refusal at the door to past the deadline of a purchase. */
    private static final long[] BOUNDS_MS = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000};

    private static final double MS = 1_000;

    private final LongAdder[] counts =
            Stream.generate(LongAdder::new).limit(BOUNDS_MS.length + 1L).toArray(LongAdder[]::new);
    private final LongAdder nanos = new LongAdder();
    private final Counter[] within;
    private final Counter total;

    /**
     * @param things that take time, as {@code seckill_deductions}
     * @param time that they took together, as {@code seckill_deduction}
     */
    public Durations(MetricRegistry registry, String things, String time, String description) {
        Metadata metadata = Metadata.builder()
                .withName(things + "_within")
                .withDescription(description + ": how many took no more seconds than that")
                .withUnit(MetricUnits.NONE)
                .build();
        within = Stream.concat(
                        Arrays.stream(BOUNDS_MS).mapToObj(bound -> Double.toString(bound / MS)), Stream.of("+Inf"))
                .map(bound -> registry.counter(metadata, new Tag("within", bound)))
                .toArray(Counter[]::new);
        total = registry.counter(Metadata.builder()
                .withName(time)
                .withDescription(description + ": all of them together")
                .withUnit(MetricUnits.NANOSECONDS)
                .build());
    }

    public void add(long tookNanos) {
        int bound = 0;
        while (bound < BOUNDS_MS.length && tookNanos > TimeUnit.MILLISECONDS.toNanos(BOUNDS_MS[bound])) {
            bound++;
        }
        counts[bound].increment();
        nanos.add(tookNanos);
    }

    /** Shows what was added since the last time. Called by one thread at a time. */
    public void tend() {
        long sum = 0;
        for (int bound = 0; bound < within.length; bound++) {
            sum += counts[bound].sum();
            within[bound].inc(sum - within[bound].getCount());
        }
        total.inc(nanos.sum() - total.getCount());
    }
}
