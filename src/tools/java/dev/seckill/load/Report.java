package dev.seckill.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** What a verb leaves behind: one page that opens from disk and carries all it needs, and the same data as JSON. */
final class Report {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss");

    private final ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private final String verb;
    private final Conditions conditions;
    private final List<Chapter> chapters;

    Report(String verb, Conditions conditions, List<Chapter> chapters) {
        this.verb = verb;
        this.conditions = conditions;
        this.chapters = chapters;
    }

    /** Writes both into the folder; gives the page. */
    Path write(Path folder) throws IOException {
        String name = "report-" + verb + "-" + conditions.when().format(TIME);
        ObjectNode data = ReportJson.of(mapper, verb, conditions, chapters);
        Files.writeString(folder.resolve(name + ".json"), json(data) + "\n");
        Path page = folder.resolve(name + ".html");
        Files.writeString(
                page,
                resource("report.html")
                        .replace("/* UPLOT STYLE */", resource("uplot/uPlot.min.css"))
                        .replace("/* UPLOT */", resource("uplot/uPlot.iife.min.js"))
                        .replace("/* SCRIPT */", resource("report.js"))
                        // nothing in it can end the element that it stands in
                        .replace("/* DATA */", json(data).replace("</", "<\\/")));
        return page;
    }

    private String json(ObjectNode data) {
        try {
            return mapper.writeValueAsString(data);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String resource(String name) {
        try (InputStream content = Report.class.getResourceAsStream(name)) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The measurements in brief, for a terminal. */
    String table() {
        StringBuilder table = new StringBuilder();
        for (Chapter chapter : chapters) {
            table.append("\n%s%n%n".formatted(chapter.title()));
            chapter.highlights()
                    .forEach(each ->
                            table.append("  %-24s %,12.2f %s%n".formatted(each.name(), each.value(), told(each))));
            table.append(chapter.highlights().isEmpty() ? "" : "\n");
            table.append("  %-24s %10s %21s %7s %9s %9s %9s %9s%n"
                    .formatted("", "answers/s", "least..most", "ratio", "p50 ms", "p99 ms", "p99.9 ms", "max ms"));
            for (Measurement each : chapter.measurements()) {
                table.append("  %-24s %,10.0f %10s %,10.0f %7s %9.2f %9.2f %9.2f %9.2f%n"
                        .formatted(
                                each.name(),
                                each.rate().median(),
                                "%,.0f ..".formatted(each.rate().least()),
                                each.rate().most(),
                                each.ratio() == null
                                        ? ""
                                        : "%.2f".formatted(each.ratio().median()),
                                ms(each, 50),
                                ms(each, 99),
                                ms(each, 99.9),
                                ms(each, 100)));
            }
        }
        if (conditions.quick()) {
            table.append("\nThis was --quick, to try the tool: the figures mean nothing.\n");
        }
        return table.toString();
    }

    private static String told(Figure figure) {
        return figure.remark().isEmpty() ? figure.unit() : figure.unit() + ", " + figure.remark();
    }

    private static double ms(Measurement measurement, double percentile) {
        return measurement.latencyMicros().getValueAtPercentile(percentile) / 1e3;
    }
}
