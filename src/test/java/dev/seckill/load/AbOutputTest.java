package dev.seckill.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is read from the words of ab. Touches memory. */
class AbOutputTest {
    private static final String SAID = """
            Concurrency Level:      100
            Time taken for tests:   0.500 seconds
            Complete requests:      1000
            Failed requests:        %s
            Keep-Alive requests:    1000
            Requests per second:    2000.00 [#/sec] (mean)
            """;

    /** The request at each percent took as many ms; the longest took 500. */
    private static final String PERCENTILES = "Percentage served,Time in ms\n"
            + IntStream.range(0, 100)
                    .mapToObj(percent -> percent + "," + percent + ".000\n")
                    .collect(Collectors.joining())
            + "100,500.000\n";

    @Test
    void readsARunInWhichAllWentWell() {
        Slice slice = AbOutput.parse(SAID.formatted("0"), PERCENTILES);

        assertThat(slice.perSecond()).isEqualTo(2_000);
        assertThat(slice.refused()).isZero();
        assertThat(slice.failures()).isEmpty();
    }

    @Test
    void knowsTheLatencyOfEachPercentAndTheLongest() {
        Slice slice = AbOutput.parse(SAID.formatted("0"), PERCENTILES);

        assertThat(slice.latencyMicros().getTotalCount()).isEqualTo(1_000);
        assertThat(slice.latencyMicros().getValueAtPercentile(50)).isBetween(49_900L, 50_100L);
        assertThat(slice.latencyMicros().getValueAtPercentile(99)).isBetween(98_900L, 99_100L);
        assertThat(slice.latencyMicros().getMaxValue()).isBetween(499_000L, 501_000L);
    }

    @Test
    void tellsWhatFailed() {
        String failed = "7\n   (Connect: 0, Receive: 0, Length: 7, Exceptions: 0)\nNon-2xx responses:      3";

        Slice slice = AbOutput.parse(SAID.formatted(failed), PERCENTILES);

        assertThat(slice.failures()).containsOnlyKeys("another length").containsValue(7L);
        assertThat(slice.refused()).isEqualTo(3);
    }

    @Test
    void givesNoFigureWithoutAResult() {
        assertThatThrownBy(() -> AbOutput.parse("apr_socket_recv: Connection refused (111)", ""))
                .isInstanceOf(Spoiled.class)
                .hasMessageContaining("Connection refused");
    }
}
