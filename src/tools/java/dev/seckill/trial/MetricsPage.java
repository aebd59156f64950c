package dev.seckill.trial;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a node's metrics say at one moment, in Prometheus' text format. */
public final class MetricsPage {
    private static final int OK = 200;
    private static final String PATH = "/metrics?scope=application";
    private static final Pattern LINE = Pattern.compile("(?m)^([a-zA-Z_:][\\w:]*)(?:\\{([^}]*)})? ([-+]?[0-9]\\S*)$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    /** The server puts its own label on all of them. */
    private static final String SCOPE = "mp_scope";

    private final List<Line> lines;

    private MetricsPage(List<Line> lines) {
        this.lines = lines;
    }

    /** One number. */
    public record Line(String name, Map<String, String> labels, double value) {
        private boolean has(Map<String, String> wanted) {
            return labels.entrySet().containsAll(wanted.entrySet());
        }
    }

    /** Of that node, now. */
    public static MetricsPage of(Endpoint node) throws IOException {
        HttpResponse<String> answer = node.get(PATH);
        if (answer.statusCode() != OK) {
            throw new IOException(node.address() + PATH + " says " + answer.statusCode());
        }
        return parse(answer.body());
    }

    /** Whatever is no number of a metric is left out. */
    public static MetricsPage parse(String page) {
        return new MetricsPage(
                LINE.matcher(page).results().map(MetricsPage::line).toList());
    }

    private static Line line(MatchResult found) {
        Map<String, String> labels = new HashMap<>();
        if (found.group(2) != null) {
            LABEL.matcher(found.group(2)).results().forEach(label -> labels.put(label.group(1), label.group(2)));
        }
        labels.remove(SCOPE);
        return new Line(found.group(1), labels, Double.parseDouble(found.group(3)));
    }

    /** All of that name that have these labels. */
    public Stream<Line> lines(String name, Map<String, String> labels) {
        return lines.stream().filter(line -> line.name.equals(name) && line.has(labels));
    }

    /** The sum of these; empty if there are none. */
    public OptionalDouble value(String name, Map<String, String> labels) {
        return lines(name, labels).mapToDouble(Line::value).reduce(Double::sum);
    }

    public OptionalDouble value(String name) {
        return value(name, Map.of());
    }
}
