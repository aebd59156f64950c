package dev.seckill.load;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;

/** Reads what result.lua prints. */
final class WrkOutput {
    private static final Pattern RESULT = Pattern.compile("(?m)^RESULT (.*)$");
    private static final Pattern COUNT = Pattern.compile("(\\w+)=(\\d+)");
    private static final Pattern LATENCY = Pattern.compile("(?m)^LATENCY (\\d+) (\\d+)$");
    private static final double MICROS = 1e6;

    private WrkOutput() {}

    static Slice parse(String said) {
        Matcher result = RESULT.matcher(said);
        if (!result.find()) {
            throw new Spoiled("wrk told no result: " + said.strip());
        }
        Map<String, Long> counts = new LinkedHashMap<>();
        COUNT.matcher(result.group(1))
                .results()
                .forEach(count -> counts.put(count.group(1), Long.parseLong(count.group(2))));
        long answers = counts.remove("answers");
        double seconds = counts.remove("microseconds") / MICROS;
        long refused = counts.remove("refused");
        counts.values().removeIf(count -> count == 0);
        Histogram latency = Slice.histogram();
        LATENCY.matcher(said)
                .results()
                .forEach(each -> latency.recordValueWithCount(
                        Math.min(Long.parseLong(each.group(1)), latency.getHighestTrackableValue()),
                        Long.parseLong(each.group(2))));
        return new Slice(seconds, answers, refused, counts, latency);
    }
}
