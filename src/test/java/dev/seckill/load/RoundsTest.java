package dev.seckill.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

/** In what order cases are loaded, and when they are warm. Touches memory. */
class RoundsTest {
    private static final Target NOWHERE = new Target("nowhere", URI.create("http://127.0.0.1:1"), OptionalLong.empty());
    private static final Pace PACE = new Pace(3, Duration.ofSeconds(1), Duration.ofMinutes(1));

    private final List<String> loaded = new ArrayList<>();
    private final StringWriter said = new StringWriter();

    private Rounds rounds(IntToLongFunction rateByTurn) {
        return new Rounds(
                "test",
                List.of(new TimelessCase("a", rateByTurn), new TimelessCase("b", rateByTurn)),
                PACE,
                new Progress(new PrintWriter(said), false));
    }

    /** Takes no time, and answers at the rate of its turn. */
    private final class TimelessCase implements Case {
        private final String name;
        private final IntToLongFunction rateByTurn;
        private int turn;
        private long answers;

        TimelessCase(String name, IntToLongFunction rateByTurn) {
            this.name = name;
            this.rateByTurn = rateByTurn;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Target target() {
            return NOWHERE;
        }

        @Override
        public Slice load(Duration time) {
            loaded.add(name);
            long rate = rateByTurn.applyAsLong(turn++);
            answers += rate;
            return new Slice(1, rate, 0, Map.of(), Slice.histogram());
        }

        @Override
        public long answers() {
            return answers;
        }

        @Override
        public long underWay() {
            return 0;
        }
    }

    @Test
    void givesEachCaseItsTurnInEachRoundAndEveryOtherRoundBackwards() {
        Map<String, Turns> all = rounds(turn -> 100).run(target -> new Reading(0, Map.of(), Map.of(), 0));

        assertThat(loaded).containsExactly("a", "b", "b", "a", "a", "b");
        assertThat(all.get("b").answers()).isEqualTo(300);
        assertThat(said.toString()).contains("round 3 of 3, b (100/s), 1 s left");
    }

    @Test
    void warmsUpWhileItGetsFaster() {
        int turns = rounds(turn -> Math.min(160_000, 32_000L * (turn + 1))).warmUp();

        // five that rise, and two that don't
        assertThat(turns).isEqualTo(7);
    }

    @Test
    void takesOnePauseForNoEnd() {
        int turns = rounds(turn -> turn == 1 ? 1 : Math.min(240_000, 80_000L * (turn + 1)))
                .warmUp();

        assertThat(turns).isEqualTo(5);
    }

    @Test
    void takesWhatIsSteadyButColdForNoEnd() {
        int turns = rounds(turn -> 40_000).warmUp();

        assertThat(turns).isEqualTo(10);
    }

    @Test
    void givesNoFigureForASliceWithoutAnswers() {
        assertThatThrownBy(() -> rounds(turn -> 0).run(target -> new Reading(0, Map.of(), Map.of(), 0)))
                .isInstanceOf(Spoiled.class)
                .hasMessageContaining("no answer from http://127.0.0.1:1");
    }
}
