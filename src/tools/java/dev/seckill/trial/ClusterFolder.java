package dev.seckill.trial;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Where the parts of a cluster lie, and by which those that run are found, whoever started them. */
record ClusterFolder(Path path) {
    private static final String NODE = "node-";

    Path redis() {
        return path.resolve("redis");
    }

    Path postgres() {
        return path.resolve("postgres");
    }

    Path nginx() {
        return path.resolve("nginx");
    }

    Path prometheus() {
        return path.resolve("prometheus");
    }

    Path node(int port) {
        return path.resolve(NODE + port);
    }

    Optional<ProcessHandle> runningNode(int port) {
        return Node.find(node(port));
    }

    Optional<ProcessHandle> runningNginx() {
        return NginxProcess.find(nginx());
    }

    Optional<ProcessHandle> runningWatcher() {
        return NginxProcess.findWatcher(nginx());
    }

    Optional<ProcessHandle> runningRedis() {
        return RedisProcess.find(redis());
    }

    Optional<ProcessHandle> runningPostgres() {
        return PostgresProcess.find(postgres());
    }

    Optional<ProcessHandle> runningPrometheus() {
        return PrometheusProcess.find(prometheus());
    }

    boolean isAnyRunning() {
        return Stream.of(runningNginx(), runningWatcher(), runningRedis(), runningPostgres(), runningPrometheus())
                        .anyMatch(Optional::isPresent)
                || nodes().stream().anyMatch(node -> Node.find(node).isPresent());
    }

    /** Ends all, nginx first and the nodes together, so that they can settle what they have accepted. True if anything ran. */
    boolean endAll() {
        boolean ran = NginxProcess.endLeftover(nginx());
        ran |= nodes().parallelStream().filter(Node::endLeftover).count() > 0;
        ran |= RedisProcess.endLeftover(redis());
        ran |= PostgresProcess.endLeftover(postgres());
        ran |= PrometheusProcess.endLeftover(prometheus());
        return ran;
    }

    private List<Path> nodes() {
        try (Stream<Path> all = Files.list(path)) {
            return all.filter(each -> each.getFileName().toString().startsWith(NODE))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
