package dev.seckill.load;

import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What one load showed.
 *
 * @param name unique in its chapter
 * @param comparedWith the name of the measurement that the ratio refers to; null if it refers to none
 * @param rate answers per second, over the slices
 * @param ratio rate by rate of what it is compared with, round by round; null if it is compared with nothing
 * @param latencyMicros of all answers, as the generator tells it: wrk adds those of its correction (see {@link Wrk})
 * @param outcomes how many answers of each kind, in the order to show them
 * @param figures whatever else was measured
 */
public record Measurement(
        String name,
        String comparedWith,
        Spread rate,
        Spread ratio,
        Histogram latencyMicros,
        List<Point> throughput,
        Map<String, Long> outcomes,
        List<Figure> figures) {}
