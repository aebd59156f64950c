package dev.seckill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.seckill.trial.NginxFiles;
import dev.seckill.trial.NginxProcess;
import dev.seckill.trial.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Nginx with the files of {@code nginx/}, in a folder and on a port of its own. It takes a request's word for where it comes
 * from ({@link #ADDRESS}), so that tests can be others than this machine, which nothing limits. It ends with the test's JVM at
 * the latest.
 */
final class Nginx implements AutoCloseable {
    /** Names the address that a request comes from. */
    static final String ADDRESS = "X-Test-Address";

    private static final Path FOLDERS = Path.of("target/nginx");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Thread lastResort = new Thread(this::end);
    private final NginxFiles files;

    private Nginx(NginxFiles files) {
        this.files = files;
        Runtime.getRuntime().addShutdownHook(lastResort);
    }

    /** Makes the files for these nodes, of which the fifth is the standby. */
    static Nginx of(List<StubNode> nodes) {
        try {
            NginxFiles files = NginxFiles.copy(
                    Path.of(""),
                    Files.createTempDirectory(Files.createDirectories(FOLDERS), ""),
                    RedisProcess.freePort(),
                    nodes.stream().map(StubNode::port).toList());
            files.change(
                    "listen.conf",
                    "# real_ip_header",
                    "set_real_ip_from 127.0.0.1;\nreal_ip_header " + ADDRESS + ";\n#");
            return new Nginx(files);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Changes a file before the start. */
    Nginx change(String file, String before, String after) {
        files.change(file, before, after);
        return this;
    }

    /** Starts with all nodes in. */
    Nginx start() {
        change("nginx.conf", "include upstream.d/", "include upstream/");
        NginxProcess.startUnwatched(files);
        return this;
    }

    /** Starts with no node in, and with {@code watch-nodes}, which lets them in. */
    Nginx startWatching() {
        NginxProcess.start(files);
        return this;
    }

    /** The ports of the nodes that {@code watch-nodes} has let in. */
    Set<Integer> nodesIn() {
        return NginxProcess.nodesIn(files.folder());
    }

    int port() {
        return files.port();
    }

    /** The access log, each line read as JSON. */
    List<JsonNode> log() {
        try {
            List<JsonNode> lines = new ArrayList<>();
            for (String line : Files.readAllLines(files.folder().resolve("access.log"))) {
                lines.add(JSON.readTree(line));
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void end() {
        NginxProcess.endLeftover(files.folder());
    }

    @Override
    public void close() {
        end();
        Runtime.getRuntime().removeShutdownHook(lastResort);
    }
}
