package dev.seckill.load;

import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * One load without a break, as its generator tells it.
 *
 * @param answers all that came, whatever they said
 * @param refused those of them that the generator takes for errors: 4xx and 5xx
 * @param failures what was no answer, by kind; empty if there was none
 */
record Slice(double seconds, long answers, long refused, Map<String, Long> failures, Histogram latencyMicros) {
    /** Microseconds up to ten minutes, exact to 0.1 %. */
    static Histogram histogram() {
        return new Histogram(600_000_000L, 3);
    }

    double perSecond() {
        return answers / seconds;
    }
}
