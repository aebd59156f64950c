package dev.seckill.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What verbs can't be told is refused in a sentence, before anything starts. Touches memory. */
class VerbTest {
    private final StringWriter said = new StringWriter();

    @ParameterizedTest
    @ValueSource(strings = {"source", "overload", "orders", "all"})
    void aVerbThatMeasuresANodeIsNotForACluster(String verb) {
        assertThat(exitCode(verb, "--cluster")).isEqualTo(2);
        assertThat(said.toString()).contains("--cluster goes with sell, refuse and rush, not with " + verb);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sell", "refuse"})
    void aClusterIsStartedAndATargetRuns(String verb) {
        assertThat(exitCode(verb, "--cluster", "--target", "http://127.0.0.1:1"))
                .isEqualTo(2);
        assertThat(said.toString()).contains("--cluster starts what it loads, and --target names what runs");
    }

    @ParameterizedTest
    @CsvSource({"--rate,0", "--time,PT0.5S"})
    void nodesNeedSomethingToDo(String option, String value) {
        assertThat(exitCode("nodes", option, value)).isEqualTo(2);
        assertThat(said.toString()).contains("--rate is at least 1 and --time at least PT1S");
    }

    @Test
    void nodesAreAlwaysACluster() {
        assertThat(exitCode("nodes", "--cluster")).isEqualTo(2);
        assertThat(said.toString()).contains("Unknown option: '--cluster'");
    }

    private int exitCode(String... arguments) {
        return new CommandLine(new Load()).setErr(new PrintWriter(said)).execute(arguments);
    }
}
