package dev.seckill.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.RedisServer;
import dev.seckill.trial.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** Real sentinels that watch a master and its replica. */
final class RedisSentinels implements AutoCloseable {
    private final List<Process> processes = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final Thread lastResort = new Thread(this::kill);

    RedisSentinels(int size, RedisServer master) {
        Runtime.getRuntime().addShutdownHook(lastResort);
        Path folder = Path.of((String)
                new RawRedis(master.port()).list("CONFIG", "GET", "dir").get(1));
        for (int i = 0; i < size; i++) {
            ports.add(RedisProcess.freePort());
            start(folder, ports.get(i), master.port(), size / 2 + 1);
        }
        Awaitility.await("the sentinels know the replica and each other")
                .pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .untilAsserted(() -> ports.forEach(port -> assertThat(new RawRedis(port).text("INFO", "sentinel"))
                        .contains("status=ok", "slaves=1", "sentinels=" + size)));
    }

    private void start(Path folder, int port, int masterPort, int quorum) {
        try {
            Path file = folder.resolve("sentinel-" + port + ".conf");
            Files.write(
                    file,
                    List.of(
                            "port " + port,
                            "bind 127.0.0.1",
                            "dir \"" + folder + "\"",
                            "sentinel monitor mymaster 127.0.0.1 " + masterPort + " " + quorum,
                            "sentinel down-after-milliseconds mymaster 500",
                            "sentinel failover-timeout mymaster 3000"));
            processes.add(new ProcessBuilder(folder.resolve("redis-server").toString(), file.toString(), "--sentinel")
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("sentinel-" + port + ".log").toFile())
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String[] addresses() {
        return ports.stream().map(port -> "redis://127.0.0.1:" + port).toArray(String[]::new);
    }

    private void kill() {
        processes.forEach(Process::destroyForcibly);
    }

    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(lastResort);
    }
}
