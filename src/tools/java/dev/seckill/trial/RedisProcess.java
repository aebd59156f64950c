package dev.seckill.trial;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A real redis-server on loopback, for a machine that has none: the executable comes from Maven Central inside this
 * jar, the configuration is the production one, the data stay in a folder, so that the next one there continues.
 */
public final class RedisProcess implements AutoCloseable {
    static final String NAME = "redis";
    private static final String VERSION = "7.0.15";
    /** It answers only when it has loaded its data. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(60);

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);
    private static final int SOCKET_PATIENCE_MS = 1000;
    private static final int POLL_MS = 20;

    private final Child child;
    private final int port;

    private RedisProcess(Child child, int port) {
        this.child = child;
        this.port = port;
    }

    /** Starts one in the folder on a free port, and returns when it answers. */
    public static RedisProcess start(Path folder, Path settingsFile) {
        return start(folder, settingsFile, freePort(), List.of());
    }

    /** The same on that port; the settings, as lines of a redis.conf, overrule the file's. */
    public static RedisProcess start(Path folder, Path settingsFile, int port, List<String> settings) {
        try {
            Files.createDirectories(folder);
            Path executable = executable(folder);
            Path file = folder.resolve("redis.conf");
            Files.write(file, settings(folder, settingsFile, port, settings));
            RedisProcess redis = new RedisProcess(
                    Child.start(NAME, folder, List.of(executable.toString(), file.toString()), Map.of()), port);
            redis.awaitAnswerOrClose();
            return redis;
        } catch (IOException e) {
            throw new StartFailure("Can't start Redis in " + folder + " (" + e + ").", e);
        }
    }

    private static List<String> settings(Path folder, Path settingsFile, int port, List<String> settings)
            throws IOException {
        List<String> lines = new ArrayList<>();
        // Redis enters a folder as soon as it reads of it, and this machine need not have production's.
        // Whoever reads the file by script looks for one port.
        Files.readAllLines(settingsFile).stream()
                .filter(line -> !line.startsWith("dir ") && !line.startsWith("port "))
                .forEach(lines::add);
        lines.addAll(List.of(
                "port " + port,
                "dir \"" + folder + "\"",
                // keeps the folder in the command line, by which a leftover is known
                "set-proc-title no"));
        lines.addAll(settings);
        return lines;
    }

    /** Ends the one that a killed process left behind in the folder; true if there was one. */
    public static boolean endLeftover(Path folder) {
        return Child.endLeftover(NAME, folder, STOP_PATIENCE);
    }

    /** The one that runs in the folder, whoever started it. */
    static Optional<ProcessHandle> find(Path folder) {
        return Child.find(NAME, folder);
    }

    /** Where the one that runs in the folder answers, if one does. */
    public static Optional<String> addressOfRunning(Path folder) {
        if (!Child.isRunning(NAME, folder)) {
            return Optional.empty();
        }
        try {
            return Files.readAllLines(folder.resolve("redis.conf")).stream()
                    .filter(line -> line.startsWith("port "))
                    .reduce((first, last) -> last)
                    .map(line -> "redis://127.0.0.1:" + line.substring("port ".length()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A port of loopback that nobody listens on. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path executable(Path folder) throws IOException {
        String resource = "/redis-server-" + VERSION + "-" + platform();
        try (InputStream content = RedisProcess.class.getResourceAsStream(resource)) {
            if (content == null) {
                throw new StartFailure("There is no Redis for this machine (" + platform()
                        + ") in this jar: install one and name it with --redis redis://HOST:PORT.");
            }
            // never written over: another process may run it
            Path draft = Files.createTempFile(folder, "redis-server", null);
            Files.copy(content, draft, StandardCopyOption.REPLACE_EXISTING);
            if (!draft.toFile().setExecutable(true)) {
                throw new IOException("can't make " + draft + " executable");
            }
            return Files.move(
                    draft,
                    folder.resolve("redis-server"),
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux";
        String machine = System.getProperty("os.arch");
        return system + "-" + (machine.equals("aarch64") ? "arm64" : machine);
    }

    private void awaitAnswerOrClose() {
        try {
            awaitAnswer();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void awaitAnswer() {
        long giveUp = System.nanoTime() + START_PATIENCE.toNanos();
        while (!answers()) {
            if (!child.isAlive()) {
                throw child.failure();
            }
            if (System.nanoTime() - giveUp > 0) {
                throw new StartFailure(
                        "Redis did not answer within " + START_PATIENCE.toSeconds() + " s: see " + child.log() + ".");
            }
            Pause.of(Duration.ofMillis(POLL_MS));
        }
    }

    /** Whether it answers PING, which it does not while it loads its data; and it is nobody else who has the port. */
    private boolean answers() {
        try (Socket socket = connect()) {
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readNBytes("+PONG".length());
            return new String(answer, StandardCharsets.US_ASCII).equals("+PONG") && isItself();
        } catch (IOException e) {
            return false;
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(SOCKET_PATIENCE_MS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), SOCKET_PATIENCE_MS);
        return socket;
    }

    private boolean isItself() {
        try (Socket socket = connect()) {
            socket.getOutputStream().write("INFO server\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .contains("\nprocess_id:" + child.pid() + "\r\n");
        } catch (IOException e) {
            return false;
        }
    }

    public String address() {
        return "redis://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    public long pid() {
        return child.pid();
    }

    public CompletableFuture<Child> onExit() {
        return child.onExit();
    }

    /** Lets it write what it has and end. */
    @Override
    public void close() {
        child.stop(STOP_PATIENCE);
    }
}
