package dev.seckill;

import static org.awaitility.Awaitility.await;

import dev.seckill.trial.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * HAProxy in front of two nodes. It asks each whether it is ready and sends buyers to those that are; it repeats nothing, so
 * what a node does not answer its buyer does not hear.
 */
final class HaProxy implements AutoCloseable {
    /** Five checks and a little more. */
    static final Duration LETS_IN = Duration.ofSeconds(3);

    private static final Path FOLDER = Path.of("target/haproxy");
    private static final String CONFIGURATION = """
            defaults
              mode http
              timeout connect 2s
              timeout client 60s
              timeout server 30s
              timeout http-keep-alive 60s
              retries 0
            frontend buyers
              bind 127.0.0.1:%d
              default_backend nodes
            backend nodes
              option httpchk GET /health/ready
              # one "no" takes a node out, as it says so on purpose; five "yes" let it in, as a starting node wavers
              default-server check inter 500ms fall 1 rise 5
              server one 127.0.0.1:%d
              server other 127.0.0.1:%d
            """;

    private final int port = RedisProcess.freePort();
    private final Thread lastResort = new Thread(this::end);
    private Process process;

    static HaProxy start(Path executable, NodeProcess one, NodeProcess other) {
        HaProxy proxy = new HaProxy();
        try {
            Path file = Files.createDirectories(FOLDER).resolve("haproxy.cfg");
            Files.writeString(file, CONFIGURATION.formatted(proxy.port, one.port(), other.port()));
            proxy.process = new ProcessBuilder(List.of(executable.toString(), "-db", "-f", file.toString()))
                    .redirectErrorStream(true)
                    .redirectOutput(FOLDER.resolve("haproxy.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(proxy.lastResort);
        await("the proxy has found the nodes ready")
                .atMost(Duration.ofSeconds(30))
                .during(LETS_IN)
                .ignoreExceptions()
                .until(() -> proxy.api().get("/health/ready").status() == 200);
        return proxy;
    }

    Api api() {
        return new Api(URI.create("http://127.0.0.1:" + port));
    }

    private void end() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        end();
        Runtime.getRuntime().removeShutdownHook(lastResort);
    }
}
