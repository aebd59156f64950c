package dev.seckill.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What is written down of a measurement. Touches memory and a temporary folder. */
class ReportTest {
    @TempDir
    private Path folder;

    private static Report report(String remark) {
        LoadOptions options = new LoadOptions();
        new CommandLine(CommandLine.Model.CommandSpec.forAnnotatedObject(options)).parseArgs("--quick");
        Histogram latency = Slice.histogram();
        latency.recordValueWithCount(2_000, 99);
        latency.recordValue(80_000);
        Measurement measurement = new Measurement(
                "sell",
                "constant",
                new Spread(7_000, 6_500, 7_200),
                new Spread(0.6, 0.55, 0.61),
                latency,
                List.of(new Point(2.5, 7_000)),
                Map.of("accepted (2xx)", 100L),
                List.of(new Figure("CPU of the node", 1.5, "ms per 1 000 requests")));
        Chapter chapter = new Chapter(
                "sell",
                "About it.",
                "100 connections",
                List.of(new Figure("p99.9", 80, "ms", "of all")),
                List.of(measurement),
                List.of(),
                List.of(remark),
                List.of(new Chapter.Curve("Behind", "movements", Map.of(1.5, 12.0))));
        return new Report("sell", Conditions.now(Path.of("."), options, Set.of()), List.of(chapter));
    }

    @Test
    void writesAPageThatNeedsNothingElse() throws IOException {
        Path page = report("Fine.").write(folder);

        assertThat(page).content().contains("uPlot").doesNotContain("/* DATA */", "src=", "href=");
    }

    @Test
    void noTextOfTheDataCanEndTheirElement() throws IOException {
        Path page = report("</script><b>").write(folder);

        assertThat(page).content().doesNotContain("</script><b>").contains("<\\/script><b>");
    }

    @Test
    void writesTheSameDataAsJson() throws IOException {
        String page = report("Fine.").write(folder).toString();

        JsonNode json = new ObjectMapper().readTree(Files.readString(Path.of(page.replace(".html", ".json"))));
        JsonNode sell = json.at("/chapters/0/measurements/0");
        assertThat(json.get("quick").asBoolean()).isTrue();
        assertThat(json.at("/conditions/processor").asText()).isNotEmpty();
        assertThat(json.at("/chapters/0/load").asText()).isEqualTo("100 connections");
        assertThat(json.at("/chapters/0/highlights/0/value").asDouble()).isEqualTo(80);
        assertThat(sell.at("/ratio/median").asDouble()).isEqualTo(0.6);
        assertThat(sell.at("/latency_us/50").asLong()).isEqualTo(2_000);
        assertThat(sell.at("/latency_us/max").asLong()).isBetween(79_900L, 80_100L);
        assertThat(sell.at("/throughput/0/1").asDouble()).isEqualTo(7_000);
        assertThat(json.at("/chapters/0/curves/0"))
                .hasToString("{\"name\":\"Behind\",\"unit\":\"movements\",\"points\":[[1.5,12.0]]}");
    }

    @Test
    void saysOnTheTerminalThatAQuickRunMeansNothing() {
        assertThat(report("Fine.").table()).contains("sell", "the figures mean nothing");
    }
}
