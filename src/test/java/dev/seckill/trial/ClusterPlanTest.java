package dev.seckill.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who comes later finds what was started. Touches files, looks for free ports. */
class ClusterPlanTest {
    @TempDir
    Path folder;

    @Test
    void isKeptWithWhatStandsInFront() {
        Front front = new Front(URI.create("http://10.99.0.100"), "0.0.0.0", "10.30.0.0/24", "10.10.0.0/24");
        ClusterPlan plan = ClusterPlan.behind(front, 3001, List.of("-Xmx1g"));

        plan.keepIn(folder);

        assertThat(ClusterPlan.in(folder)).contains(plan);
        assertThat(plan.front()).contains(front);
    }

    @Test
    void isKeptWithAnNginxOfItsOwn() {
        ClusterPlan plan = ClusterPlan.of(8080, 3001, List.of(), List.of("maxmemory 1gb"))
                .withSiteLines(List.of("# first", "# second"));

        plan.keepIn(folder);

        assertThat(ClusterPlan.in(folder)).contains(plan);
        assertThat(plan.front()).isEmpty();
    }
}
