package dev.seckill.trial;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A real Prometheus on loopback with {@link MonitoringFiles}, for a machine that has its Debian package. What it has seen stays in
 * a folder, so that the next one there goes on.
 */
public final class PrometheusProcess implements AutoCloseable {
    private static final String NAME = "prometheus";

    /** It reads what it has kept first. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(30);

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(50);

    private final Child child;
    private final Path folder;
    private final Endpoint endpoint;

    private PrometheusProcess(Child child, Path folder, Endpoint endpoint) {
        this.child = child;
        this.folder = folder;
        this.endpoint = endpoint;
    }

    /**
     * Starts one in the folder and returns when it answers. Whatever is left there is ended first.
     *
     * @param home the folder that payara-config/ is in
     * @param nodes whom to ask, as 127.0.0.1:3001
     */
    public static PrometheusProcess start(Path home, Path folder, int port, List<String> nodes) {
        Path program = Installed.need(NAME);
        endLeftover(folder);
        try {
            Path real = Files.createDirectories(folder).toRealPath();
            MonitoringFiles.copy(home, real, port, nodes);
            Endpoint endpoint = Endpoint.at("127.0.0.1", port);
            List<String> command = List.of(
                    program.toString(),
                    "--config.file=" + MonitoringFiles.config(real),
                    "--storage.tsdb.path=" + real.resolve("seen"),
                    "--storage.tsdb.retention.time=7d",
                    "--web.listen-address=" + endpoint.address().getAuthority(),
                    "--log.level=warn");
            PrometheusProcess prometheus =
                    new PrometheusProcess(Child.start(NAME, real, command, Map.of()), real, endpoint);
            prometheus.awaitAnswerOrClose();
            return prometheus;
        } catch (IOException e) {
            throw new StartFailure("Can't start Prometheus in " + folder + " (" + e + ").", e);
        }
    }

    /** Fails if none could be started now on this port. */
    public static void requirePossible(int port) {
        Installed.need(NAME);
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            socket.getLocalPort();
        } catch (IOException | IllegalArgumentException e) {
            throw new StartFailure(
                    "Prometheus can't listen on 127.0.0.1:" + port + " (" + e.getMessage()
                            + "): stop what does, or choose with --monitoring=PORT.",
                    e);
        }
    }

    /** Ends the one that runs in the folder, whoever started it; true if there was one. */
    public static boolean endLeftover(Path folder) {
        Optional<Path> real = real(folder);
        return real.isPresent() && Child.endLeftover(NAME, real.get(), STOP_PATIENCE);
    }

    /** The one that runs in the folder, whoever started it. */
    static Optional<ProcessHandle> find(Path folder) {
        return real(folder).flatMap(real -> Child.find(NAME, real));
    }

    /** As it stands in the command line. */
    private static Optional<Path> real(Path folder) {
        try {
            return Files.isDirectory(folder) ? Optional.of(folder.toRealPath()) : Optional.empty();
        } catch (IOException e) {
            throw new StartFailure("Can't look into " + folder + " (" + e + ").", e);
        }
    }

    /** Where Prometheus is on this machine. */
    public static Optional<Path> program() {
        return Installed.find(NAME);
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
        while (!(endpoint.isReady("/-/ready") && isItself())) {
            if (!child.isAlive()) {
                throw child.failure();
            }
            if (System.nanoTime() - giveUp > 0) {
                throw new StartFailure("Prometheus did not answer within " + START_PATIENCE.toSeconds() + " s: see "
                        + child.log() + ".");
            }
            Pause.of(POLL);
        }
    }

    /** It is nobody else who has the port. */
    private boolean isItself() {
        try {
            return endpoint.get("/api/v1/status/flags").body().contains(folder.toString());
        } catch (IOException e) {
            return false;
        }
    }

    public URI address() {
        return endpoint.address();
    }

    /** For a person at the terminal: where it is, and how a Grafana shows what it has. */
    public String use() {
        return """
                %s
                            with a Grafana, which is not in Debian: GF_PATHS_PROVISIONING=%s grafana server \
                --homepath /usr/share/grafana""".formatted(address(), MonitoringFiles.provisioning(folder));
    }

    /** Lets it write what it has and end. */
    @Override
    public void close() {
        child.stop(STOP_PATIENCE);
    }
}
