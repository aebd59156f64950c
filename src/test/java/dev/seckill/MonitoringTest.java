package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Dashboards and alerts ask for what nodes tell, and every alert says what to do. Touches files. */
class MonitoringTest {
    private static final Path FOLDER = Path.of("payara-config/monitoring");
    private static final Path README = FOLDER.resolve("README.md");
    private static final Path ALERTS_TESTS = Path.of("src/test/prometheus/alerts.yml");
    private static final Pattern OURS = Pattern.compile("\"(seckill_[a-z_]+)\"");
    private static final Pattern IN_README = Pattern.compile("`(seckill_[a-z_]+)`");

    /** What the metrics library and the server put behind the name that the code has. */
    private static final List<String> ENDINGS =
            List.of("", "_total", "_seconds", "_seconds_total", "_within_total", "_count", "_sum", "_max");

    private static final Set<String> OF_THE_SERVER = Set.of(
            "cpu_systemLoadAverage",
            "gc_time_seconds_total",
            "jvm_uptime_seconds",
            "memory_maxHeap_bytes",
            "memory_usedHeap_bytes",
            "system_cpu_load",
            "thread_count");

    private static final Set<String> OF_PROMETHEUS = Set.of("up");

    /** Strings, label matchers, ranges and lists of labels; what they hold is no metric. */
    private static final Pattern NO_METRICS =
            Pattern.compile("\"[^\"]*\"|\\{[^}]*}|\\[[^\\]]*]|\\b(?:by|on|group_left) \\([^)]*\\)");

    private static final Pattern WORD = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Set<String> LANGUAGE = Set.of(
            "and",
            "count",
            "histogram_quantile",
            "increase",
            "label_replace",
            "max",
            "max_over_time",
            "min",
            "rate",
            "sum",
            "unless");

    @Test
    void everyPanelAndEveryRuleAsksForWhatThereIs() throws IOException {
        Set<String> told = told();
        Set<String> recorded = new TreeSet<>();
        rules("recording.yml").forEach(rule -> recorded.add(rule.path("record").asText()));
        Set<String> expressions = new TreeSet<>(Panels.queries());
        for (String file : List.of("recording.yml", "alerts.yml")) {
            rules(file).forEach(rule -> expressions.add(rule.path("expr").asText()));
        }

        assertThat(expressions).hasSizeGreaterThan(50);
        for (String expression : expressions) {
            assertThat(metrics(expression))
                    .as(expression)
                    .isNotEmpty()
                    .allMatch(metric -> recorded.contains(metric)
                            || OF_THE_SERVER.contains(metric)
                            || OF_PROMETHEUS.contains(metric)
                            || isOneOf(told, metric));
        }
    }

    @Test
    void everyMetricStandsInTheReadme() throws IOException {
        Set<String> explained = new TreeSet<>();
        IN_README
                .matcher(Files.readString(README))
                .results()
                .map((MatchResult found) -> found.group(1))
                .forEach(explained::add);
        Set<String> told = told();

        assertThat(explained).allMatch(metric -> isOneOf(told, metric));
        assertThat(told).allMatch(name -> explained.stream().anyMatch(metric -> isOneOf(Set.of(name), metric)));
    }

    @Test
    void everyAlertSaysWhatItMeansAndWhatToDoAndIsTested() throws IOException {
        List<JsonNode> alerts = rules("alerts.yml");
        assertThat(alerts).hasSizeGreaterThan(15);
        for (JsonNode alert : alerts) {
            String name = alert.path("alert").asText();

            assertThat(alert.at("/labels/severity").asText()).as(name).isIn("page", "ticket");
            assertThat(alert.at("/annotations/summary").asText()).as(name).isNotBlank();
            assertThat(alert.at("/annotations/runbook").asText()).as(name).isNotBlank();
            assertThat(README).content().contains("`" + name + "`");
            assertThat(ALERTS_TESTS).content().containsPattern("alertname(: |=\")" + name + "\\b");
        }
    }

    /** The names in the code. */
    private static Set<String> told() throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                OURS.matcher(Files.readString(file)).results().forEach(found -> names.add(found.group(1)));
            }
        }
        assertThat(names).hasSizeGreaterThan(25);
        return names;
    }

    private static boolean isOneOf(Set<String> names, String metric) {
        return ENDINGS.stream()
                .filter(metric::endsWith)
                .anyMatch(ending -> names.contains(metric.substring(0, metric.length() - ending.length())));
    }

    private static List<JsonNode> rules(String file) throws IOException {
        List<JsonNode> rules = new ArrayList<>();
        for (JsonNode group : new YAMLMapper()
                .readTree(FOLDER.resolve("rules").resolve(file).toFile())
                .path("groups")) {
            group.path("rules").forEach(rules::add);
        }
        return rules;
    }

    private static Set<String> metrics(String expression) {
        Set<String> words = new TreeSet<>();
        WORD.matcher(NO_METRICS.matcher(expression).replaceAll(" ")).results().forEach(word -> words.add(word.group()));
        words.removeAll(LANGUAGE);
        return words;
    }
}
