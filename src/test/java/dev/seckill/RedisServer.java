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
    private static final Path DATA = Path.of("appendonlydir");

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
        copyFiles(before.resolve(DATA), other.resolve(DATA));
        folder = other;
        return before;
    }

    private static void copyFiles(Path from, Path to) {
        try (Stream<Path> files = Files.list(from)) {
            Files.createDirectories(to);
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A copy of its data as they are now; {@link #killAndRestartFrom} goes back to it. */
    public Path copy() {
        Path copy = folder.resolveSibling(folder.getFileName() + "-copy-" + System.nanoTime());
        copyFiles(folder.resolve(DATA), copy.resolve(DATA));
        return copy;
    }

    /** Ends it without warning, and starts it with other data: an old copy, or nothing at all if that has none. */
    public void killAndRestartFrom(Path copy) {
        kill();
        try (Stream<Path> files = Files.list(folder.resolve(DATA))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (Files.isDirectory(copy.resolve(DATA))) {
            copyFiles(copy.resolve(DATA), folder.resolve(DATA));
        }
        restart();
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
