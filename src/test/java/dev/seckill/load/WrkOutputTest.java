package dev.seckill.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What is read from the words of purchases.lua. Touches memory. */
class WrkOutputTest {
    @Test
    void readsWhatWasAnsweredAndHowFast() {
        Slice slice = WrkOutput.parse("""
                Running 2s test @ http://127.0.0.1:3005/api/sales/a/reservations
                Requests/sec:   50.00
                RESULT answers=100 microseconds=2000000 refused=40 connect=0 read=0 write=0 timeout=2
                LATENCY 1000 99
                LATENCY 900000 1
                """);

        assertThat(slice.perSecond()).isEqualTo(50);
        assertThat(slice.refused()).isEqualTo(40);
        assertThat(slice.failures()).containsOnlyKeys("timeout").containsValue(2L);
        assertThat(slice.latencyMicros().getValueAtPercentile(99)).isEqualTo(1_000);
        assertThat(slice.latencyMicros().getMaxValue()).isBetween(899_000L, 901_000L);
    }

    @Test
    void givesNoFigureWithoutAResult() {
        assertThatThrownBy(() -> WrkOutput.parse("unable to connect"))
                .isInstanceOf(Spoiled.class)
                .hasMessageContaining("unable to connect");
    }
}
