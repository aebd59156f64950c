package dev.seckill.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** What is made of the turns of a case. Touches memory. */
class TurnsTest {
    private static final Reading NOTHING = new Reading(0, Map.of(), Map.of(), 0);

    private static Turns turns(long... answersPerSecond) {
        Turns turns = new Turns();
        for (int i = 0; i < answersPerSecond.length; i++) {
            Histogram latency = Slice.histogram();
            latency.recordValueWithCount(1_000, answersPerSecond[i]);
            turns.add(i * 2, new Slice(1, answersPerSecond[i], 0, Map.of(), latency), NOTHING, NOTHING);
        }
        return turns;
    }

    @Test
    void takesTheMedianOfTheRoundsSoThatOneBadRoundDoesNotCount() {
        Spread rate = turns(100, 110, 7).measurement("a", null, null, List.of()).rate();

        assertThat(rate).isEqualTo(new Spread(100, 7, 110));
    }

    @Test
    void comparesWhatStoodSideBySideInARound() {
        Turns ours = turns(50, 5, 40);
        Turns constant = turns(100, 10, 100);

        Measurement measurement = ours.measurement("ours", "constant", constant, List.of());

        // not 40/100, which the medians of each alone would give
        assertThat(measurement.ratio().median()).isCloseTo(0.5, within(1e-9));
        assertThat(measurement.comparedWith()).isEqualTo("constant");
    }

    @Test
    void addsUpTheLatencyOfAllTurns() {
        Measurement measurement = turns(10, 20).measurement("a", null, null, List.of());

        assertThat(measurement.latencyMicros().getTotalCount()).isEqualTo(30);
        assertThat(measurement.throughput()).containsExactly(new Point(0.5, 10), new Point(2.5, 20));
        assertThat(measurement.ratio()).isNull();
    }

    @Test
    void aMedianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
        assertThat(Spread.of(4, 1, 3, 2)).isEqualTo(new Spread(2.5, 1, 4));
    }
}
