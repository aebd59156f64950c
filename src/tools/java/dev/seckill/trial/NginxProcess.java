package dev.seckill.trial;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Nginx with {@link NginxFiles}, and {@code watch-nodes}, which lets nodes in. It runs as a copy of the program in its folder: by
 * that path its processes are found, whoever started them. Nothing else tells, as nginx writes over its command line, and its
 * workers sell on, and hold the port, when their master is killed.
 */
public final class NginxProcess implements AutoCloseable {
    /** Where nginx itself keeps its process id. */
    static final String MASTER = "master.pid";

    private static final String NAME = "nginx";
    private static final String WATCHER = "watch-nodes";
    private static final String WORKER = "nginx: worker process";

    /** It tries for 2.5 s to get a port that somebody else has. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(20);

    /** A node answers a purchase in 4 s at the worst. */
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

    private static final Duration WATCHER_PATIENCE = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(20);

    private final Child child;
    private final NginxFiles files;

    private NginxProcess(Child child, NginxFiles files) {
        this.child = child;
        this.files = files;
    }

    /**
     * Starts both in the folder and returns when nginx listens on the port of loopback; nodes come in when they have been ready
     * five times. Whatever is left there is ended first, and whoever was in stays in.
     *
     * @param home the folder that nginx/ is in
     * @param nodePorts four by weight, lightest first, and perhaps a standby
     */
    public static NginxProcess start(Path home, Path folder, int port, List<Integer> nodePorts) {
        endLeftover(folder);
        return start(NginxFiles.copy(home, folder, port, nodePorts));
    }

    /** Starts both with files that lie there, where nothing runs. */
    public static NginxProcess start(NginxFiles files) {
        Installed.need("curl");
        Path folder = files.folder();
        try {
            placeProgram(folder);
            run(folder, there(files.place(), List.of(watcher(folder), "--prepare")));
            NginxProcess nginx = launch(files);
            watch(folder, files.place());
            return nginx;
        } catch (IOException e) {
            throw unusable(folder, e);
        }
    }

    /** Starts what lets nodes in, beside nginx that runs in the folder and at that place. */
    public static void watch(Path folder, NginxPlace place) {
        try {
            Path real = folder.toRealPath();
            List<String> watch = command(real);
            watch.add(0, watcher(real));
            Child.start(WATCHER, real, there(place, watch), Map.of());
        } catch (IOException e) {
            throw unusable(folder, e);
        }
    }

    /** Starts nginx alone: its files say who is in. */
    public static NginxProcess startUnwatched(NginxFiles files) {
        try {
            placeProgram(files.folder());
            return launch(files);
        } catch (IOException e) {
            throw unusable(files.folder(), e);
        }
    }

    private static NginxProcess launch(NginxFiles files) throws IOException {
        Path folder = files.folder();
        run(folder, there(files.place(), command(folder, "-q", "-t")));
        Files.deleteIfExists(folder.resolve(MASTER));
        List<String> command = there(files.place(), command(folder, "-g", "daemon off;"));
        NginxProcess nginx = new NginxProcess(Child.start(NAME, folder, command, Map.of()), files);
        nginx.awaitListeningOrClose();
        return nginx;
    }

    /** Ends what runs in the folder, whoever started it: what is under way is answered, if that is soon. True if there was any. */
    public static boolean endLeftover(Path folder) {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try {
            Path real = folder.toRealPath();
            // first, so that nobody tells nginx anything any more
            boolean ended = Child.endLeftover(WATCHER, real, WATCHER_PATIENCE);
            if (Child.isRunning(NAME, real)) {
                quit(real);
                Child.endLeftover(NAME, real, STOP_PATIENCE);
                ended = true;
            }
            // workers whose master was killed; all at once, as to see that one has ended takes Java a second
            List<ProcessHandle> orphans = processes(real);
            orphans.forEach(ProcessHandle::destroyForcibly);
            ends(orphans).join();
            return ended || !orphans.isEmpty();
        } catch (IOException e) {
            throw unusable(folder, e);
        }
    }

    /** Ends all that runs in the folder at once, as when the power fails; true if there was any. */
    public static boolean killLeftover(Path folder) {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try {
            Path real = folder.toRealPath();
            boolean ended = Child.killLeftover(NAME, real);
            ended |= Child.killLeftover(WATCHER, real);
            List<ProcessHandle> orphans = processes(real);
            orphans.forEach(ProcessHandle::destroyForcibly);
            return ended || !orphans.isEmpty();
        } catch (IOException e) {
            throw unusable(folder, e);
        }
    }

    /** Asks it to answer what is under way and then to end. */
    private static void quit(Path folder) throws IOException {
        List<ProcessHandle> all = processes(folder);
        Process signal = new ProcessBuilder(command(folder, "-s", "quit"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("quit.log").toFile())
                .start();
        CompletableFuture.allOf(signal.onExit(), ends(all))
                .completeOnTimeout(null, STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    /** The master that runs in the folder, whoever started it. */
    public static Optional<ProcessHandle> find(Path folder) {
        return find(NAME, folder);
    }

    /** What lets nodes in there and takes them out. */
    public static Optional<ProcessHandle> findWatcher(Path folder) {
        return find(WATCHER, folder);
    }

    /** By its real path, which is in the command lines. */
    private static Optional<ProcessHandle> find(String name, Path folder) {
        try {
            return Files.isDirectory(folder) ? Child.find(name, folder.toRealPath()) : Optional.empty();
        } catch (IOException e) {
            throw unusable(folder, e);
        }
    }

    private static CompletableFuture<Void> ends(List<ProcessHandle> processes) {
        return CompletableFuture.allOf(
                processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new));
    }

    /** The ports of the nodes that get buyers from what runs in the folder. */
    public static Set<Integer> nodesIn(Path folder) {
        return NginxFiles.nodesIn(folder);
    }

    /** Where nginx is on this machine. */
    public static Optional<Path> program() {
        return Installed.find(NAME);
    }

    private static StartFailure unusable(Path folder, IOException e) {
        return new StartFailure("Can't start or end nginx in " + folder + " (" + e + ").", e);
    }

    private static void placeProgram(Path folder) throws IOException {
        Files.copy(Installed.need(NAME), executable(folder), StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path executable(Path folder) {
        return folder.resolve(NAME);
    }

    private static String watcher(Path folder) {
        return folder.resolve("conf").resolve(WATCHER).toString();
    }

    private static List<String> command(Path folder, String... more) {
        List<String> command = new ArrayList<>(List.of(
                executable(folder).toString(), "-e", "error.log", "-p", folder.toString(), "-c", "conf/nginx.conf"));
        command.addAll(List.of(more));
        return command;
    }

    private static List<String> there(NginxPlace place, List<String> command) {
        return Stream.concat(place.prefix().stream(), command.stream()).toList();
    }

    private static void run(Path folder, List<String> command) throws IOException {
        Path log = folder.resolve("start.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (!process.waitFor(START_PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new StartFailure("nginx can't start in " + folder + ":\n"
                        + Files.readString(log).strip());
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new StartFailure("Interrupted.", e);
        }
    }

    private void awaitListeningOrClose() throws IOException {
        try {
            awaitListening();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** It writes its process id when it listens; that somebody takes connections on the port would prove nothing. */
    private void awaitListening() throws IOException {
        Path master = files.folder().resolve(MASTER);
        long giveUp = System.nanoTime() + START_PATIENCE.toNanos();
        while (!Files.exists(master) || Files.size(master) == 0) {
            if (!child.isAlive()) {
                throw child.failure();
            }
            if (System.nanoTime() - giveUp > 0) {
                throw new StartFailure(
                        "nginx did not listen within " + START_PATIENCE.toSeconds() + " s: see " + child.log() + ".");
            }
            Pause.of(POLL);
        }
    }

    private static List<ProcessHandle> processes(Path folder) {
        String executable = executable(folder).toString();
        return ProcessHandle.allProcesses()
                .filter(process ->
                        process.info().command().filter(executable::equals).isPresent())
                .toList();
    }

    private static boolean isWorker(ProcessHandle process) {
        try {
            return new String(
                            Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "cmdline")),
                            StandardCharsets.UTF_8)
                    .startsWith(WORKER);
        } catch (IOException e) {
            // it has just ended
            return false;
        }
    }

    /** Who serves buyers, those among them that only finish what is under way after a change of nodes. */
    public List<Long> workerPids() {
        return processes(files.folder()).stream()
                .filter(NginxProcess::isWorker)
                .map(ProcessHandle::pid)
                .toList();
    }

    /** Of the master, which starts workers and serves nobody. */
    public long pid() {
        return child.pid();
    }

    public int port() {
        return files.port();
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + port());
    }

    /** One JSON object a line, up to a second late. */
    public Path accessLog() {
        return files.folder().resolve("access.log");
    }

    public CompletableFuture<Child> onExit() {
        return child.onExit();
    }

    /** Lets it answer what is under way, if that is soon, and end. */
    @Override
    public void close() {
        endLeftover(files.folder());
    }
}
