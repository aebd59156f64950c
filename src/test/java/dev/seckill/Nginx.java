package dev.seckill;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.seckill.trial.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Nginx with the files of {@code nginx/}, in a folder and on a port of its own. It takes a request's word for where it comes
 * from ({@link #ADDRESS}), so that tests can be others than this machine, which nothing limits. It ends with the test's JVM at
 * the latest.
 */
final class Nginx implements AutoCloseable {
    /** Names the address that a request comes from. */
    static final String ADDRESS = "X-Test-Address";

    private static final Path FILES = Path.of("nginx");
    private static final Path FOLDERS = Path.of("target/nginx");
    private static final int FIRST_NODE = 3001;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final String PATHS = """
            access_log access.log line;
            client_body_temp_path body;
            proxy_temp_path proxy;
            fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi;
            scgi_temp_path scgi;
            proxy_cache_path cache keys_zone=same-for-all:1m max_size=8m inactive=5s use_temp_path=off;
            """;

    private final int port = RedisProcess.freePort();
    private final List<Process> processes = new ArrayList<>();
    private final Thread lastResort = new Thread(this::end);
    private final Path folder;

    private Nginx(Path folder) {
        this.folder = folder;
        Runtime.getRuntime().addShutdownHook(lastResort);
    }

    /** Makes the files for these nodes, of which the fifth is the standby. */
    static Nginx of(List<StubNode> nodes) {
        try {
            Path folder = Files.createTempDirectory(Files.createDirectories(FOLDERS), "")
                    .toAbsolutePath();
            Nginx nginx = new Nginx(folder);
            nginx.copyFiles(nodes);
            return nginx;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void copyFiles(List<StubNode> nodes) throws IOException {
        try (Stream<Path> files = Files.walk(FILES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = file(FILES.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        // workers of a root's nginx are somebody who may not enter every folder
        String user = "root".equals(System.getProperty("user.name")) ? "user root;\n" : "";
        Files.writeString(file("machine.conf"), user + "pid nginx.pid;\nerror_log error.log info;\n");
        Files.writeString(file("paths.conf"), PATHS);
        Files.writeString(
                file("listen.conf"),
                "listen 127.0.0.1:" + port + " default_server;\nset_real_ip_from 127.0.0.1;\nreal_ip_header " + ADDRESS
                        + ";\n");
        for (String upstream : List.of("weighted.conf", "round-robin.conf", "ip-hash.conf")) {
            for (int i = 0; i < nodes.size(); i++) {
                change(
                        "upstream/" + upstream,
                        "127.0.0.1:" + (FIRST_NODE + i),
                        "127.0.0.1:" + nodes.get(i).port());
            }
        }
    }

    private Path file(String name) {
        return folder.resolve("conf").resolve(name);
    }

    /** Changes a file before the start. */
    Nginx change(String file, String before, String after) {
        try {
            Files.writeString(file(file), Files.readString(file(file)).replace(before, after));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts with all nodes in. */
    Nginx start() {
        return change("nginx.conf", "include upstream.d/", "include upstream/").launch();
    }

    /** Starts with no node in, and with {@code watch-nodes}, which lets them in. */
    Nginx startWatching() {
        try {
            String watch = file("watch-nodes").toString();
            if (run("prepare.log", watch, "--prepare").waitFor() != 0) {
                throw new IllegalStateException("watch-nodes could not prepare: see " + folder);
            }
            launch();
            List<String> command = new ArrayList<>(List.of(watch));
            command.addAll(command());
            run("watch.log", command.toArray(String[]::new));
            return this;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Nginx launch() {
        List<String> command = new ArrayList<>(command());
        command.addAll(List.of("-g", "daemon off;"));
        Process process = run("nginx.log", command.toArray(String[]::new));
        await("nginx listens")
                .atMost(PATIENCE)
                .failFast("nginx ended by itself: see " + folder, () -> !process.isAlive())
                .until(this::listens);
        return this;
    }

    private List<String> command() {
        String executable = Needs.Extra.NGINX.find().orElseThrow().toString();
        return List.of(executable, "-e", "error.log", "-p", folder.toString(), "-c", "conf/nginx.conf");
    }

    private Process run(String log, String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve(log).toFile())
                    .start();
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    int port() {
        return port;
    }

    /** The access log, each line read as JSON. */
    List<JsonNode> log() {
        try {
            List<JsonNode> lines = new ArrayList<>();
            for (String line : Files.readAllLines(folder.resolve("access.log"))) {
                lines.add(new ObjectMapper().readTree(line));
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void end() {
        // the last one first, so that nobody tells nginx anything any more
        for (int i = processes.size() - 1; i >= 0; i--) {
            processes.get(i).destroy();
            processes.get(i).onExit().join();
        }
    }

    @Override
    public void close() {
        end();
        Runtime.getRuntime().removeShutdownHook(lastResort);
    }
}
