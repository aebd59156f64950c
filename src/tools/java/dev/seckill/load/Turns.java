package dev.seckill.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/** What one case showed in all its turns. */
final class Turns {
    private final List<Slice> slices = new ArrayList<>();
    private final List<Point> throughput = new ArrayList<>();
    private final Use use = new Use();

    /** Adds one that began so many seconds after the first of all cases. */
    void add(double startedAt, Slice slice, Reading before, Reading after) {
        slices.add(slice);
        throughput.add(new Point(startedAt + slice.seconds() / 2, slice.perSecond()));
        use.add(before, after);
    }

    long answers() {
        return slices.stream().mapToLong(Slice::answers).sum();
    }

    Use use() {
        return use;
    }

    /** Of the last turn; zero before the first. */
    double lastRate() {
        return slices.isEmpty() ? 0 : slices.get(slices.size() - 1).perSecond();
    }

    /** As the report shows it, compared with what stood beside it in each round (null: with nothing). */
    Measurement measurement(String name, String otherName, Turns other, List<Figure> figures) {
        Histogram latency = Slice.histogram();
        Map<String, Long> outcomes = new LinkedHashMap<>();
        for (Slice slice : slices) {
            latency.add(slice.latencyMicros());
            outcomes.merge("accepted (2xx)", slice.answers() - slice.refused(), Long::sum);
            outcomes.merge("refused (4xx, 5xx)", slice.refused(), Long::sum);
            slice.failures().forEach((kind, count) -> outcomes.merge("failed: " + kind, count, Long::sum));
        }
        outcomes.values().removeIf(count -> count == 0);
        Spread rate = Spread.of(slices.stream().mapToDouble(Slice::perSecond).toArray());
        return new Measurement(
                name,
                other == null ? null : otherName,
                rate,
                other == null ? null : ratio(other),
                latency,
                List.copyOf(throughput),
                outcomes,
                figures);
    }

    private Spread ratio(Turns other) {
        return Spread.of(IntStream.range(0, slices.size())
                .mapToDouble(round ->
                        slices.get(round).perSecond() / other.slices.get(round).perSecond())
                .toArray());
    }
}
