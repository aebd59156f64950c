package dev.seckill.load;

import dev.seckill.trial.Cluster;
import dev.seckill.trial.ClusterPlan;
import dev.seckill.trial.DataFolder;
import dev.seckill.trial.Pause;
import dev.seckill.trial.StartFailure;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Four nodes behind nginx as they are loaded: they are called by their weight, and nginx has a {@link StaticAnswer}, too. */
final class LoadedCluster implements AutoCloseable {
    private static final String NGINX = "nginx";
    private static final String WATCHER = "watch-nodes";

    /** A node that was told to stop is out after two seconds. */
    private static final Duration OUT = Duration.ofSeconds(20);

    private static final Duration POLL = Duration.ofMillis(100);

    private final Cluster cluster;

    private LoadedCluster(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Nothing is started yet. */
    static LoadedCluster in(DataFolder data, Path home, List<String> nodeOptions) {
        ClusterPlan plan =
                ClusterPlan.anywhere(nodeOptions, List.of(Stand.REDIS_MEMORY)).withSiteLines(StaticAnswer.LOCATION);
        return new LoadedCluster(Cluster.open(home, data, plan));
    }

    /** Returns when nginx sends buyers to every node. */
    void start(Map<String, String> environment, Progress progress) {
        cluster.start(environment, progress::say);
    }

    /** Ends the lightest nodes until so many are left, and returns when nginx sends buyers to no other. */
    void keepHeaviest(int left) {
        int gone = cluster.size() - left;
        IntStream.range(0, gone).parallel().forEach(cluster::endNode);
        long giveUp = System.nanoTime() + OUT.toNanos();
        while (IntStream.range(0, gone).anyMatch(cluster::isIn)) {
            if (System.nanoTime() - giveUp > 0) {
                throw new StartFailure("nginx did not take out the nodes that were stopped: see " + cluster.folder());
            }
            Pause.of(POLL);
        }
    }

    /** Of nginx. */
    URI address() {
        return cluster.address();
    }

    String redisAddress() {
        return cluster.redisAddress();
    }

    Database database() {
        return new Database(cluster.databaseUrl(), cluster.databasePassword());
    }

    Path accessLog() {
        return cluster.accessLog();
    }

    int size() {
        return cluster.size();
    }

    List<RunningNode> nodes() {
        return IntStream.range(0, cluster.size())
                .filter(node -> cluster.node(node).isPresent())
                .mapToObj(node -> new RunningNode(
                        "the node of weight " + cluster.weight(node),
                        cluster.endpoint(node),
                        cluster.node(node).orElseThrow().pid(),
                        Optional.empty()))
                .toList();
    }

    /** Those that run, in the order that a purchase meets them. */
    Map<String, Long> processes() {
        Map<String, Long> processes = new LinkedHashMap<>();
        cluster.nginx().ifPresent(process -> processes.put(NGINX, process.pid()));
        cluster.watcher().ifPresent(process -> processes.put(WATCHER, process.pid()));
        nodes().forEach(node -> processes.put(node.name(), node.pid()));
        cluster.redis().ifPresent(process -> processes.put(Meter.REDIS, process.pid()));
        cluster.database().ifPresent(process -> processes.put(Meter.POSTGRES, process.pid()));
        return processes;
    }

    @Override
    public void close() {
        cluster.end();
        cluster.close();
    }
}
