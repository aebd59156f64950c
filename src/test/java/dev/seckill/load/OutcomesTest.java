package dev.seckill.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.trial.MetricsPage;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a node's metrics say of its answers. Touches memory. */
class OutcomesTest {
    private static Outcomes outcomes(String reserved, String busy) {
        return Outcomes.of(MetricsPage.parse("""
                # TYPE seckill_purchases_total counter
                seckill_purchases_total{mp_scope="application",outcome="RESERVED",} %s
                seckill_purchases_total{mp_scope="application",outcome="BUSY",} %s
                """.formatted(reserved, busy)));
    }

    @Test
    void addsUpTheSales() {
        assertThat(Outcomes.of(MetricsPage.parse("""
                        seckill_purchases_total{mp_scope="application",outcome="BUSY",sale=""} 1.0
                        seckill_purchases_total{mp_scope="application",outcome="BUSY",sale="demo"} 2.0
                        """)).counts()).containsExactly(Map.entry("BUSY", 3L));
    }

    @Test
    void readsLargeCountsToo() {
        assertThat(outcomes("1.2345678E7", "0.0").counts())
                .containsEntry("RESERVED", 12_345_678L)
                .containsEntry("BUSY", 0L);
    }

    @Test
    void allowsForWhatTheGeneratorDidNotWaitFor() {
        Outcomes before = outcomes("5.0", "1.0");

        assertThatCode(() -> outcomes("105.0", "1.0").requireAll("RESERVED", before, 90, 100))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> outcomes("106.0", "1.0").requireAll("RESERVED", before, 90, 100))
                .isInstanceOf(Spoiled.class)
                .hasMessageContaining("101 answers RESERVED");
    }

    @Test
    void refusesAnyOtherAnswer() {
        Outcomes before = outcomes("0.0", "0.0");

        assertThatThrownBy(() -> outcomes("100.0", "1.0").requireAll("RESERVED", before, 90, 100))
                .isInstanceOf(Spoiled.class)
                .hasMessageContaining("1 answers BUSY");
    }
}
