package dev.seckill.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;

/** A run of attempts, with what the processes of the stand used meanwhile. */
record Attempted(String name, LoadRun run, Use use) {
    private static final double HALF = 0.5;

    /** All of it, by what each try heard. */
    Measurement measurement() {
        List<Figure> figures = new ArrayList<>();
        figures.add(new Figure("CPU of the client", run.cpuNanos() / 1e3 / answers(), "µs per answer"));
        use.cpu().forEach((process, time) -> {
            if (!process.equals(Meter.GENERATOR)) {
                figures.add(new Figure("CPU of " + process, time.toNanos() / 1e3 / answers(), "µs per answer"));
            }
        });
        return measurement(name, EnumSet.allOf(Verdict.class), figures);
    }

    /** What those tries tell. */
    Measurement measurement(String part, Set<Verdict> verdicts, List<Figure> more) {
        Tally heard = run.heard();
        Map<String, Long> outcomes = new LinkedHashMap<>();
        int[] series = new int[heard.series(Verdict.RESERVED).length];
        long count = 0;
        for (Verdict verdict : verdicts) {
            if (heard.count(verdict) > 0) {
                outcomes.put(verdict.name(), heard.count(verdict));
                count += heard.count(verdict);
            }
            int[] one = heard.series(verdict);
            Arrays.setAll(series, second -> series[second] + one[second]);
        }
        return new Measurement(
                part,
                null,
                Spread.of(run.perSecond(count)),
                null,
                heard.latency(verdicts),
                points(series),
                outcomes,
                more);
    }

    /** Half of those tries took no longer than the first, all but one in a hundred, in a thousand than the next. */
    List<Figure> percentiles(Set<Verdict> verdicts, String remark) {
        Histogram micros = run.heard().latency(verdicts);
        return List.of(
                new Figure("p50", micros.getValueAtPercentile(50) / 1e3, "ms", remark),
                new Figure("p99", micros.getValueAtPercentile(99) / 1e3, "ms", remark),
                new Figure("p99.9", micros.getValueAtPercentile(99.9) / 1e3, "ms", remark));
    }

    /** How many there were in each second, as a curve. */
    static List<Point> points(int[] series) {
        List<Point> points = new ArrayList<>();
        for (int second = 0; second < series.length; second++) {
            points.add(new Point(second + HALF, series[second]));
        }
        return points;
    }

    long answers() {
        return Math.max(1, run.heard().count() - run.heard().count(Verdict.NO_ANSWER));
    }

    /** Of the node, in microseconds per answer; 0 if it can't be seen from here. */
    double nodeMicros() {
        return use.cpu().containsKey(Meter.NODE) ? use.cpu().get(Meter.NODE).toNanos() / 1e3 / answers() : 0;
    }
}
