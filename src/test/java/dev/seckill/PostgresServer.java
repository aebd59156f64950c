package dev.seckill;

import dev.seckill.trial.PostgresProcess;
import dev.seckill.trial.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A real PostgreSQL for tests, which keeps what it acknowledges, on a port and in a folder of its own. It can die, freeze and come
 * back with its data. It ends with the test's JVM at the latest.
 */
public final class PostgresServer implements AutoCloseable {
    public static final String PASSWORD = "a password of tests";

    private static final Path FOLDERS = Path.of("target/postgres");

    /** Unpacked once for all tests. */
    private static final Path PROGRAMS = FOLDERS.resolve("programs").toAbsolutePath();

    private final Path folder;
    private final int port = RedisProcess.freePort();
    private final List<String> settings;
    private final Thread lastResort = new Thread(this::kill);
    private PostgresProcess process;

    private PostgresServer(Path folder, List<String> settings) {
        this.folder = folder;
        this.settings = settings;
    }

    /** Starts an empty one; the settings are name=value. */
    public static PostgresServer start(String... settings) {
        try {
            return startIn(Files.createTempDirectory(Files.createDirectories(FOLDERS), ""), settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same in a folder, such as one on a small disk. */
    public static PostgresServer startIn(Path folder, String... settings) {
        PostgresServer server = new PostgresServer(folder.toAbsolutePath(), List.of(settings));
        server.restart();
        Runtime.getRuntime().addShutdownHook(server.lastResort);
        return server;
    }

    /** Starts it again after {@link #stop} or {@link #kill}, on the same port with the data it has on disk. */
    public void restart() {
        process = PostgresProcess.start(PROGRAMS, folder, port, PASSWORD, settings);
    }

    public void stop() {
        process.close();
    }

    /** Ends all of it without warning: whoever it serves has a process of its own. */
    public void kill() {
        ProcessHandle.of(process.pid()).ifPresent(running -> {
            List<ProcessHandle> all = running.descendants().toList();
            running.destroyForcibly();
            all.forEach(ProcessHandle::destroyForcibly);
            running.onExit().join();
            all.forEach(each -> each.onExit().join());
        });
    }

    public boolean isAlive() {
        return ProcessHandle.of(process.pid()).isPresent();
    }

    /** Makes it silent: connections stay open, and what is sent waits until {@link #unfreeze}. */
    public void freeze() {
        signal("STOP");
    }

    public void unfreeze() {
        signal("CONT");
    }

    private void signal(String name) {
        ProcessHandle running = ProcessHandle.of(process.pid()).orElseThrow();
        Signals.send(name, running);
        running.descendants().forEach(each -> Signals.send(name, each));
    }

    public String url() {
        return process.url();
    }

    public int port() {
        return port;
    }

    /** What a node has to know of it. */
    Map<String, String> environment() {
        return environment(port);
    }

    /** What a node has to know that reaches it at another port. */
    Map<String, String> environment(int at) {
        return Map.of(
                "SECKILL_DATABASE_URL",
                url().replaceFirst(":\\d+/", ":" + at + "/"),
                "SECKILL_DATABASE_USER",
                PostgresProcess.USER,
                "SECKILL_DATABASE_PASSWORD",
                PASSWORD);
    }

    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(lastResort);
        // 50 MB for each; its log stays for whoever asks why a test failed
        try (Stream<Path> files = Files.walk(folder.resolve("data"))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
