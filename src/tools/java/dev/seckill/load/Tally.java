package dev.seckill.load;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What was heard in a run, by verdict: how often, when, second by second, and how long it took. Written by one thread,
 * read when the run is over.
 *
 * <p>Every time is taken twice. The latency counts from when the attempt was due: whoever could not even be sent,
 * because the server held every connection, has waited too, and leaving that out is what makes a stalled server look
 * fast (coordinated omission). The service time counts from when it was sent.
 */
final class Tally {
    private static final long HIGHEST_US = TimeUnit.MINUTES.toMicros(10);
    private static final int DIGITS = 3;
    private static final int FIRST_SECONDS = 64;

    private final Map<Verdict, Histogram> latency = new EnumMap<>(Verdict.class);
    private final Map<Verdict, Histogram> service = new EnumMap<>(Verdict.class);
    private final Map<Verdict, Long> first = new EnumMap<>(Verdict.class);
    private final Map<Verdict, Long> last = new EnumMap<>(Verdict.class);
    private final long goodNanos;
    private final Map<Verdict, Series> series = new EnumMap<>(Verdict.class);
    private final Series good = new Series();
    private int seconds;

    /** Counts wins within that time as good ones. */
    Tally(long goodNanos) {
        this.goodNanos = goodNanos;
        for (Verdict verdict : Verdict.values()) {
            latency.put(verdict, new Histogram(HIGHEST_US, DIGITS));
            service.put(verdict, new Histogram(HIGHEST_US, DIGITS));
            series.put(verdict, new Series());
        }
    }

    private static final class Series {
        private int[] counts = new int[FIRST_SECONDS];

        void add(int second) {
            if (second >= counts.length) {
                counts = Arrays.copyOf(counts, 2 * second);
            }
            counts[second]++;
        }

        int[] upTo(int seconds) {
            return Arrays.copyOf(counts, seconds);
        }
    }

    /** All three times since the start of the run; one that was never sent has none of that. */
    void hear(Verdict verdict, long dueNanos, long sentNanos, long nowNanos) {
        record(latency.get(verdict), nowNanos - dueNanos);
        if (sentNanos >= 0) {
            record(service.get(verdict), nowNanos - sentNanos);
        }
        first.putIfAbsent(verdict, nowNanos);
        last.put(verdict, nowNanos);
        int second = (int) TimeUnit.NANOSECONDS.toSeconds(nowNanos);
        seconds = second + 1;
        series.get(verdict).add(second);
        if (verdict.isWin() && nowNanos - dueNanos <= goodNanos) {
            good.add(second);
        }
    }

    private static void record(Histogram histogram, long nanos) {
        histogram.recordValue(Math.min(HIGHEST_US, TimeUnit.NANOSECONDS.toMicros(Math.max(0, nanos))));
    }

    long count(Verdict verdict) {
        return latency.get(verdict).getTotalCount();
    }

    long count() {
        return latency.values().stream().mapToLong(Histogram::getTotalCount).sum();
    }

    /** In microseconds, since they were due. */
    Histogram latency(Set<Verdict> verdicts) {
        return sum(latency, verdicts);
    }

    /** In microseconds, since they were sent. */
    Histogram service(Set<Verdict> verdicts) {
        return sum(service, verdicts);
    }

    private static Histogram sum(Map<Verdict, Histogram> histograms, Set<Verdict> verdicts) {
        Histogram sum = new Histogram(HIGHEST_US, DIGITS);
        verdicts.forEach(verdict -> sum.add(histograms.get(verdict)));
        return sum;
    }

    /** How many were heard in each second since the start. */
    int[] series(Verdict verdict) {
        return series.get(verdict).upTo(seconds);
    }

    /** How many good wins there were in each second since the start. */
    int[] goodSeries() {
        return good.upTo(seconds);
    }

    /** When it was first heard, in nanoseconds since the start; -1 for never. */
    long firstNanos(Verdict verdict) {
        return first.getOrDefault(verdict, -1L);
    }

    long lastNanos(Verdict verdict) {
        return last.getOrDefault(verdict, -1L);
    }
}
