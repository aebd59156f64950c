package dev.seckill.load;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;

/**
 * Reads what ab prints, and the table of percentiles that it writes ({@code -e}): the latency of each percent of the
 * requests, and the longest. It tells no more about the last percent.
 */
final class AbOutput {
    private static final Pattern FAILED =
            Pattern.compile("\\(Connect: (\\d+), Receive: (\\d+), Length: (\\d+), Exceptions: (\\d+)\\)");
    private static final String[] KINDS = {"connect", "receive", "another length", "exception"};
    private static final Pattern PERCENT = Pattern.compile("(?m)^(\\d+),([0-9.]+)$");
    private static final int MICROS_PER_MS = 1_000;
    private static final int PARTS = 100;

    private AbOutput() {}

    static Slice parse(String said, String percentiles) {
        long answers = (long) required(said, "Complete requests:\\s+(\\d+)");
        double seconds = required(said, "Time taken for tests:\\s+([0-9.]+) seconds");
        long refused = (long) number(said, "Non-2xx responses:\\s+(\\d+)").orElse(0);
        Map<String, Long> failures = new LinkedHashMap<>();
        Matcher failed = FAILED.matcher(said);
        if (failed.find()) {
            for (int kind = 0; kind < KINDS.length; kind++) {
                failures.put(KINDS[kind], Long.parseLong(failed.group(kind + 1)));
            }
            failures.values().removeIf(count -> count == 0);
        }
        return new Slice(seconds, answers, refused, failures, latency(percentiles, answers));
    }

    /**
     * Each percent of the requests at the latency that it ends with; of the last percent only one at its end, the
     * longest.
     */
    private static Histogram latency(String percentiles, long answers) {
        Histogram latency = Slice.histogram();
        Matcher line = PERCENT.matcher(percentiles);
        long micros = 0;
        long recorded = 0;
        while (line.find()) {
            int percent = Integer.parseInt(line.group(1));
            if (percent == PARTS) {
                latency.recordValueWithCount(micros, Math.max(0, answers - 1 - recorded));
                recorded = answers - 1;
            }
            micros = Math.round(Double.parseDouble(line.group(2)) * MICROS_PER_MS);
            long upTo = Math.max(recorded, answers * percent / PARTS);
            latency.recordValueWithCount(micros, upTo - recorded);
            recorded = upTo;
        }
        if (recorded != answers) {
            throw new Spoiled("ab told the latency of " + recorded + " of " + answers + " requests.");
        }
        return latency;
    }

    private static double required(String said, String pattern) {
        return number(said, pattern).orElseThrow(() -> new Spoiled("ab told no result: " + said.strip()));
    }

    private static OptionalDouble number(String said, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(said);
        return matcher.find() ? OptionalDouble.of(Double.parseDouble(matcher.group(1))) : OptionalDouble.empty();
    }
}
