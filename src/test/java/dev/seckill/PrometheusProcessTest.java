package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.seckill.trial.PrometheusProcess;
import dev.seckill.trial.RedisProcess;
import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trial's Prometheus comes and goes as it should. Touches Prometheus, loopback. */
@Needs(Needs.Extra.PROMETHEUS)
class PrometheusProcessTest {
    private static final Path HOME = Path.of("");

    private final int port = RedisProcess.freePort();

    @TempDir
    Path folder;

    @AfterEach
    void end() {
        PrometheusProcess.endLeftover(folder);
    }

    @Test
    void asksTheNodesOfTheTrialWithTheRulesOfRealMachinesAndIsFoundByItsFolder() throws IOException {
        PrometheusProcess prometheus =
                PrometheusProcess.start(HOME, folder, port, List.of("127.0.0.1:4711", "127.0.0.1:4712"));
        Api api = new Api(prometheus.address());

        // it answers before it has read whom to ask
        await().untilAsserted(() -> assertThat(api.get("/api/v1/targets")
                        .json()
                        .at("/data/activeTargets")
                        .findValuesAsText("scrapeUrl"))
                .containsExactlyInAnyOrder("http://127.0.0.1:4711/metrics", "http://127.0.0.1:4712/metrics"));
        assertThat(api.get("/api/v1/rules").json().at("/data/groups").findValuesAsText("name"))
                .contains("Oversold", "sale:seckill_sold:newest");
        assertThat(Files.readString(folder.resolve("grafana/provisioning/datasources/seckill.yml")))
                .contains(prometheus.address().toString());
        assertThat(PrometheusProcess.endLeftover(folder)).isTrue();
        assertThat(PrometheusProcess.endLeftover(folder)).as("another").isFalse();
    }

    @Test
    void doesNotTakeSomebodyElseOnItsPortForItself() throws IOException {
        try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() ->
                            PrometheusProcess.start(HOME, folder, other.getLocalPort(), List.of("127.0.0.1:4711")))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("address already in use");
        }
    }
}
