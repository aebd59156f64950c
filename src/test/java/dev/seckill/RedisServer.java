package dev.seckill;

import dev.seckill.trial.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A real Redis for tests, with the production settings (fsync always) on a port and in a folder of its own. It can die, freeze
 * and come back with its data, as in a bad night. It ends with the test's JVM at the latest.
 */
public final class RedisServer implements AutoCloseable {
    private static final Path SETTINGS = Path.of("payara-config/redis.conf");
    private static final Path FOLDERS = Path.of("target/redis");

    private Path folder;
    private final int port;
    private final List<String> settings;
    private final Thread lastResort = new Thread(this::kill);
    private RedisProcess process;

    private RedisServer(Path folder, int port, List<String> settings) {
        this.folder = folder;
        this.port = port;
        this.settings = settings;
    }

    /** Starts an empty one; the settings are lines of a redis.conf that overrule production's. */
    public static RedisServer start(String... settings) {
        try {
            Path folder = Files.createTempDirectory(Files.createDirectories(FOLDERS), "")
                    .toAbsolutePath();
            RedisServer server = new RedisServer(folder, RedisProcess.freePort(), List.of(settings));
            server.restart();
            Runtime.getRuntime().addShutdownHook(server.lastResort);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it again after {@link #stop} or {@link #kill}, on the same port with the data it has on disk. */
    public void restart() {
        process = RedisProcess.start(folder, SETTINGS, port, settings);
    }

    /** Lets it write what it has and end. */
    public void stop() {
        process.close();
    }

    /** Ends it without warning, as {@code kill -9} does. */
    public void kill() {
        ProcessHandle.of(process.pid()).ifPresent(running -> {
            running.destroyForcibly();
            running.onExit().join();
        });
    }

    public boolean isAlive() {
        return ProcessHandle.of(process.pid()).isPresent();
    }

    /** Carries its data to another folder, after {@link #stop}; gives the one where they were. */
    public Path moveTo(Path other) {
        Path before = folder;
        Path data = Path.of("appendonlydir");
        try (Stream<Path> files = Files.list(before.resolve(data))) {
            Files.createDirectories(other.resolve(data));
            for (Path file : files.toList()) {
                Path copy = other.resolve(data).resolve(file.getFileName());
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        folder = other;
        return before;
    }

    /** Makes it silent: connections stay open, and what is sent waits until {@link #unfreeze}. */
    public void freeze() {
        signal("STOP");
    }

    public void unfreeze() {
        signal("CONT");
    }

    private void signal(String name) {
        Signals.send(name, ProcessHandle.of(process.pid()).orElseThrow());
    }

    public String address() {
        return process.address();
    }

    public int port() {
        return port;
    }

    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(lastResort);
        try {
            // 6 MB for each; its data and its log stay for whoever asks why a test failed
            Files.deleteIfExists(folder.resolve("redis-server"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
