package dev.seckill;

import static org.awaitility.Awaitility.await;

import dev.seckill.tools.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A node as a process of its own, started as in production ({@code payara-config/start-node}) on a port of its own, for tests
 * that kill it. It ends with the test's JVM at the latest; what it says is in {@code target/node}.
 */
final class NodeProcess implements AutoCloseable {
    private static final Path FOLDER = Path.of("target/node");
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** The port opens seconds before the application serves, with moments of 404 and 500 in between. */
    private static final Duration READY_FOR = Duration.ofSeconds(1);

    private final int port = RedisProcess.freePort();
    private final String ledger;
    private final Thread lastResort = new Thread(this::kill);
    private int starts;
    private Process process;

    private NodeProcess(String ledger) {
        this.ledger = ledger;
    }

    static NodeProcess start(String ledger) {
        NodeProcess node = new NodeProcess(ledger);
        Runtime.getRuntime().addShutdownHook(node.lastResort);
        node.restart();
        return node;
    }

    /** Starts it (again, after {@link #kill}), and returns when it is ready. */
    void restart() {
        try {
            Path files = Files.createDirectories(FOLDER.resolve("tmp")).toAbsolutePath();
            starts++;
            ProcessBuilder builder = new ProcessBuilder(List.of(
                            "payara-config/start-node",
                            "-Djava.io.tmpdir=" + files,
                            "-Dpayaramicro.port=" + port,
                            "-Dseckill.ledger.address=" + ledger,
                            "-Dseckill.operator.token=" + Api.OPERATOR_TOKEN,
                            "-Dseckill.purchase.buyer-header=" + Api.BUYER,
                            "-Dseckill.purchase.stat-log=" + files.resolve("stat.log")))
                    .redirectErrorStream(true)
                    .redirectOutput(FOLDER.resolve("node-" + starts + ".log").toFile());
            builder.environment().put("SECKILL_FILES", "target");
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await().atMost(PATIENCE)
                .during(READY_FOR)
                .pollInterval(Duration.ofMillis(100))
                .failFast("the node ended by itself: see " + FOLDER, () -> !process.isAlive())
                .ignoreExceptions()
                .until(this::isReady);
    }

    boolean isReady() {
        return api().get("/health/ready").status() == 200;
    }

    Api api() {
        return new Api(URI.create("http://127.0.0.1:" + port));
    }

    /** Ends it without warning, as {@code kill -9} does. */
    void kill() {
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }

    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(lastResort);
    }
}
