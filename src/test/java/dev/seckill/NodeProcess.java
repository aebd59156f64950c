package dev.seckill;

import static org.awaitility.Awaitility.await;

import dev.seckill.trial.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A node as a process of its own, started as in production ({@code payara-config/start-node}) on a port of its own, for tests
 * that kill it. It ends with the test's JVM at the latest; what it says is in {@code target/node}.
 */
final class NodeProcess implements AutoCloseable {
    private static final Path FOLDER = Path.of("target/node");
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** The port opens seconds before the application serves, with moments of 404 and 500 in between. */
    private static final Duration READY_FOR = Duration.ofSeconds(1);

    private final int port = RedisProcess.freePort();
    private final Api api = new Api(URI.create("http://127.0.0.1:" + port));
    private final String ledger;
    private final Thread lastResort = new Thread(this::kill);
    private List<String> options;
    private Map<String, String> environment = Map.of();
    private int starts;
    private Process process;

    private NodeProcess(String ledger, List<String> options) {
        this.ledger = ledger;
        this.options = options;
        Runtime.getRuntime().addShutdownHook(lastResort);
    }

    /** Starts one, and returns when it is ready. The options are the JVM's, and overrule production's. */
    static NodeProcess start(String ledger, String... options) {
        NodeProcess node = new NodeProcess(ledger, List.of(options));
        node.restart();
        return node;
    }

    /** Prepares one that {@link #launch} starts. */
    static NodeProcess at(String ledger, String... options) {
        return new NodeProcess(ledger, List.of(options));
    }

    /** From the next start on. */
    NodeProcess with(Map<String, String> environment, String... options) {
        this.environment = environment;
        this.options = List.of(options);
        return this;
    }

    /** Starts it (again, after {@link #kill}), and returns when it is ready. */
    void restart() {
        launch();
        awaitReady();
    }

    /** Starts it and waits for nothing. */
    void launch() {
        try {
            Path files = Files.createDirectories(FOLDER.resolve("tmp")).toAbsolutePath();
            starts++;
            List<String> command = new ArrayList<>(List.of(
                    "payara-config/start-node",
                    "-Djava.io.tmpdir=" + files,
                    "-Dpayaramicro.port=" + port,
                    "-Dseckill.ledger.address=" + ledger,
                    // the tests ask oftener than anybody may
                    "-Dseckill.limit.exempt=127.0.0.0/8",
                    "-Dseckill.limit.purchases.at-once=off",
                    "-Dseckill.limit.polls.at-once=off",
                    "-Dseckill.purchase.stat-log=" + files.resolve("stat-" + port + ".log")));
            command.addAll(TestIssuer.options());
            command.addAll(options);
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log().toFile());
            builder.environment().put("SECKILL_FILES", "target");
            builder.environment().putAll(environment);
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitReady() {
        await().atMost(PATIENCE)
                .during(READY_FOR)
                .pollInterval(Duration.ofMillis(100))
                .failFast("the node ended by itself: see " + log(), () -> !process.isAlive())
                .ignoreExceptions()
                .until(this::isReady);
    }

    boolean isReady() {
        return api.get("/health/ready").status() == 200;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Makes it silent: connections stay open, and what is sent waits until {@link #unfreeze}. */
    void freeze() {
        Signals.send("STOP", process.toHandle());
    }

    void unfreeze() {
        Signals.send("CONT", process.toHandle());
    }

    long pid() {
        return process.pid();
    }

    int port() {
        return port;
    }

    Api api() {
        return api;
    }

    /** What it has said since its last start. */
    Path log() {
        return FOLDER.resolve("node-" + port + "-" + starts + ".log");
    }

    /** Asks it to stop, as {@code kill} does. */
    void terminate() {
        process.destroy();
    }

    /** Waits until it has stopped; gives its exit code. */
    int awaitEnd(Duration patience) {
        await().atMost(patience).until(() -> !process.isAlive());
        tidyUp();
        return process.exitValue();
    }

    /** Ends it without warning, as {@code kill -9} does. */
    void kill() {
        if (process != null) {
            process.destroyForcibly().onExit().join();
            tidyUp();
        }
    }

    /** What libfaketime leaves behind of a process that was killed. */
    private void tidyUp() {
        tidyUp(process.toHandle());
    }

    static void tidyUp(ProcessHandle process) {
        try {
            Files.deleteIfExists(SHARED_MEMORY.resolve("faketime_shm_" + process.pid()));
            Files.deleteIfExists(SHARED_MEMORY.resolve("sem.faketime_sem_" + process.pid()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(lastResort);
    }
}
