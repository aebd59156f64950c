package dev.seckill;

import static org.awaitility.Awaitility.await;

import dev.seckill.tools.Tools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One of the tools as a process of its own, as its script starts it. It ends with the test's JVM at the latest. */
public final class ToolProcess implements AutoCloseable {
    private static final Path FOLDER = Path.of("target/tools");
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Process process;
    private final Path said;
    private final Thread lastResort;

    private ToolProcess(Process process, Path said) {
        this.process = process;
        this.said = said;
        this.lastResort = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(lastResort);
    }

    /** Starts one on a ledger and its database. */
    public static ToolProcess start(String tool, String redis, PostgresServer postgres, String... arguments) {
        return start(tool, redis, postgres, postgres.port(), arguments);
    }

    /** The same, which reaches the database at another port. */
    public static ToolProcess start(
            String tool, String redis, PostgresServer postgres, int databasePort, String... arguments) {
        Map<String, String> environment = postgres.environment(databasePort);
        List<String> all =
                new ArrayList<>(List.of("--redis", redis, "--database", environment.get("SECKILL_DATABASE_URL")));
        all.addAll(List.of(arguments));
        return start(tool, environment, all);
    }

    /** Starts one that finds by itself what it needs. */
    public static ToolProcess start(String tool, String... arguments) {
        return start(tool, Map.of(), List.of(arguments));
    }

    private static ToolProcess start(String tool, Map<String, String> environment, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dseckill.home=" + Path.of("").toAbsolutePath(),
                "-cp",
                System.getProperty("java.class.path"),
                Tools.class.getName(),
                tool));
        command.addAll(arguments);
        try {
            Path said = Files.createTempFile(Files.createDirectories(FOLDER), tool + "-", ".log");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
            builder.environment().putAll(environment);
            return new ToolProcess(builder.start(), said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it has said so far. */
    public String said() {
        try {
            return Files.readString(said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void awaitSaid(String words) {
        await(words).atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> said().contains(words));
    }

    /** Asks it to stop, as {@code kill} and Ctrl-C do. */
    public void terminate() {
        process.destroy();
    }

    /** Waits until it has ended; gives its exit code. */
    public int awaitEnd() {
        await("the end of " + said).atMost(PATIENCE).until(() -> !process.isAlive());
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
        Runtime.getRuntime().removeShutdownHook(lastResort);
    }
}
