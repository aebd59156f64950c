package dev.seckill.trial;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A process that this one starts and ends. It has a session of its own where {@code setsid} is at hand, so that a
 * Ctrl-C in the terminal reaches only this process, which then stops its children in order. Its process id lies beside
 * its log: whoever comes after a {@code kill -9} of this process finds the child by it and ends it.
 */
public final class Child {
    private static final int LAST_LINES = 15;
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    private final String name;
    private final Process process;
    private final Path log;

    private Child(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /** Starts it; its command line has to contain its folder, by which a leftover is known. */
    public static Child start(String name, Path folder, List<String> command, Map<String, String> environment) {
        Path log = folder.resolve(name + ".log");
        List<String> line = new ArrayList<>(command);
        if (Files.isExecutable(SETSID)) {
            line.add(0, SETSID.toString());
        }
        try {
            if (Files.exists(log)) {
                Files.move(log, folder.resolve(name + ".previous.log"), StandardCopyOption.REPLACE_EXISTING);
            }
            ProcessBuilder builder = new ProcessBuilder(line)
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            Files.writeString(pidFile(name, folder), Long.toString(process.pid()));
            return new Child(name, process, log);
        } catch (IOException e) {
            throw new StartFailure("Can't start " + name + " (" + e.getMessage() + ").", e);
        }
    }

    /** Ends a child of a process that had no time to do so; true if there was one. */
    public static boolean endLeftover(String name, Path folder, Duration patience) {
        Optional<ProcessHandle> leftover = find(name, folder);
        leftover.ifPresent(process -> end(process, patience));
        return leftover.isPresent();
    }

    /**
     * Ends such a child with all that it started in its session, by one signal that none of them can catch; true if there was any.
     * As when the power fails: nothing is written, nobody is told. One by one would be dangerous: what a User-Mode Linux has in
     * hand goes on by itself, on this machine's kernel, when its master has gone before.
     */
    public static boolean killLeftover(String name, Path folder) {
        OptionalLong group = writtenPid(name, folder);
        if (group.isEmpty() || !ProcessGroup.of(group.getAsLong()).isOf(folder)) {
            return false;
        }
        ProcessGroup.of(group.getAsLong()).kill();
        return true;
    }

    /** Whether one that was started in the folder is there, whoever started it. */
    static boolean isRunning(String name, Path folder) {
        return find(name, folder).isPresent();
    }

    /** The one that was started in the folder, whoever started it. */
    public static Optional<ProcessHandle> find(String name, Path folder) {
        OptionalLong pid = writtenPid(name, folder);
        // A process id may belong to somebody else by now: the command line tells.
        return pid.isEmpty()
                ? Optional.empty()
                : ProcessHandle.of(pid.getAsLong()).filter(process -> isOf(folder, process));
    }

    static boolean isOf(Path folder, ProcessHandle process) {
        return process.info()
                .commandLine()
                .filter(line -> line.contains(folder.toString()))
                .isPresent();
    }

    private static OptionalLong writtenPid(String name, Path folder) {
        try {
            Path file = pidFile(name, folder);
            return Files.exists(file)
                    ? OptionalLong.of(Long.parseLong(Files.readString(file).strip()))
                    : OptionalLong.empty();
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static Path pidFile(String name, Path folder) {
        return folder.resolve(name + ".pid");
    }

    /** Asks it to stop, and ends it when it has not done so in time. */
    void stop(Duration patience) {
        end(process.toHandle(), patience);
    }

    private static void end(ProcessHandle process, Duration patience) {
        process.destroy();
        // join, because the thread that ends its children may have been interrupted to do so
        process.onExit()
                .completeOnTimeout(null, patience.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        if (process.isAlive()) {
            process.destroyForcibly();
            process.onExit().join();
        }
    }

    public CompletableFuture<Child> onExit() {
        return process.onExit().thenApply(ended -> this);
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    public Path log() {
        return log;
    }

    /** That it ended by itself, with the last lines that it wrote. */
    public StartFailure failure() {
        try {
            List<String> lines = Files.exists(log) ? readLenient(log) : List.of();
            String end = String.join("\n  ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
            return new StartFailure(name + " ended by itself (exit code " + process.exitValue() + "). The end of " + log
                    + ":\n  " + end);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> readLenient(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
    }
}
