package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.seckill.Api.Reply;
import dev.seckill.trial.NginxFiles;
import dev.seckill.trial.NginxProcess;
import dev.seckill.trial.RedisProcess;
import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trial's nginx comes and goes as it should. Touches nginx, loopback, stub nodes. */
@Needs(Needs.Extra.NGINX)
class NginxProcessTest {
    private static final Path HOME = Path.of("");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<StubNode> nodes = Stream.generate(StubNode::new).limit(4).toList();
    private final List<Integer> ports = nodes.stream().map(StubNode::port).toList();
    private final int port = RedisProcess.freePort();

    @TempDir
    Path folder;

    @AfterEach
    void endAll() {
        nodes.forEach(StubNode::close);
        NginxProcess.endLeftover(folder);
    }

    @Test
    void sellsOnAtOnceWithWhoWasInWhenItIsKilledAndStartedAgain() {
        NginxProcess killed = NginxProcess.start(HOME, folder, port, ports);
        nodes.get(3).isReady(false);
        await().atMost(PATIENCE).until(() -> NginxProcess.nodesIn(folder).containsAll(ports.subList(0, 3)));
        nodes.get(2).close();
        ProcessHandle.of(killed.pid()).orElseThrow().destroyForcibly();
        killed.onExit().join();
        assertThat(killed.workerPids()).as("they sell on").isNotEmpty();

        NginxProcess again = NginxProcess.start(HOME, folder, port, ports);

        assertThat(NginxProcess.nodesIn(folder))
                .as("but for one that is not there any more")
                .containsExactlyInAnyOrder(ports.get(0), ports.get(1));
        assertThat(new Api(again.address()).get("/").status()).isEqualTo(200);
        assertThat(again.workerPids()).isNotEmpty();
        assertThat(NginxProcess.endLeftover(folder)).isTrue();
        assertThat(again.onExit()).succeedsWithin(PATIENCE);
        assertThat(again.workerPids()).isEmpty();
        assertThat(NginxProcess.endLeftover(folder)).as("none is left").isFalse();
    }

    @Test
    void answersWhatIsUnderWayWhenItIsStopped() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch isStopping = new CountDownLatch(1);
        nodes.forEach(node -> node.answer(request -> {
            asked.countDown();
            await().until(() -> isStopping.getCount() == 0);
            return StubNode.Answer.of(200, "late");
        }));
        NginxFiles files = NginxFiles.copy(HOME, folder, port, ports);
        files.change("nginx.conf", "upstream.d/", "upstream/");
        NginxProcess nginx = NginxProcess.startUnwatched(files);
        CompletableFuture<Reply> bought =
                CompletableFuture.supplyAsync(() -> new Api(nginx.address()).get("/buy/ticket"));
        assertThat(asked.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

        CompletableFuture<Void> stopped = CompletableFuture.runAsync(nginx::close);
        await("nobody new is let in").atMost(PATIENCE).until(this::isRefused);
        isStopping.countDown();

        assertThat(bought.join().text()).isEqualTo("late");
        stopped.join();
    }

    private boolean isRefused() {
        try (RawClient client = RawClient.connect(port, PATIENCE)) {
            return client == null;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void isHealthyWhileItHasANodeForBuyers() {
        nodes.forEach(node -> node.isReady(false));
        NginxProcess nginx = NginxProcess.start(HOME, folder, port, ports);
        Api edge = new Api(nginx.address());
        assertThat(edge.get("/health/nginx").status()).as("nobody is in").isEqualTo(503);

        nodes.get(2).isReady(true);
        await().atMost(PATIENCE).until(() -> edge.get("/health/nginx").status() == 200);
        assertThat(NginxProcess.nodesIn(folder)).containsExactly(ports.get(2));

        nodes.get(2).isReady(false);
        await().atMost(PATIENCE).until(() -> edge.get("/health/nginx").status() == 503);
    }

    @Test
    void saysWhatNginxSaysOfWrongFiles() {
        NginxFiles files = NginxFiles.copy(HOME, folder, port, ports);
        files.change("limits.conf", "server_tokens off;", "server_tickets off;");

        assertThatThrownBy(() -> NginxProcess.start(files))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("unknown directive \"server_tickets\"");
    }

    @Test
    void doesNotTakeSomebodyElseOnItsPortForItself() throws IOException {
        try (ServerSocket other = new ServerSocket(0)) {
            assertThatThrownBy(() -> NginxProcess.start(HOME, folder, other.getLocalPort(), ports))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("Address already in use");
        }
    }
}
