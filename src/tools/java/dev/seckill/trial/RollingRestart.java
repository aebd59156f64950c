package dev.seckill.trial;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Gives the nodes of a cluster another WAR one after the other, each only when the one before sells again. One that does not start
 * with it gets back what it had, and the rest keep theirs.
 */
public final class RollingRestart {
    /** Ready five times in a row, a second apart, and nginx reads its files again; many times that, for a busy machine. */
    private static final Duration LET_IN = Duration.ofSeconds(60);

    private final Cluster cluster;
    private final Path war;
    private final Consumer<String> progress;

    public RollingRestart(Cluster cluster, Path war, Consumer<String> progress) {
        this.cluster = cluster;
        this.war = war;
        this.progress = progress;
    }

    public void run() {
        NodeFiles.requireWar(war);
        for (int node = 0; node < cluster.size(); node++) {
            requireOthers(node);
            progress.accept(cluster.name(node) + " stops ...");
            cluster.endNode(node);
            cluster.files(node).keep();
            cluster.files(node).use(war, cluster.home());
            restart(node);
        }
    }

    private void requireOthers(int node) {
        boolean isWatched = cluster.nginx().isPresent() && cluster.watcher().isPresent();
        if (!isWatched || IntStream.range(0, cluster.size()).noneMatch(other -> other != node && cluster.isIn(other))) {
            throw new StartFailure("Nobody would sell while " + cluster.name(node)
                    + " restarts: see scripts/cluster status, and start what is missing by scripts/cluster up.");
        }
    }

    private void restart(int node) {
        Node next = cluster.launchNode(node);
        try {
            next.awaitReady();
            cluster.awaitIn(node, LET_IN);
            progress.accept("  sells again with the new WAR, ready after "
                    + next.bootTime().toSeconds() + " s");
        } catch (StartFailure e) {
            if (Thread.currentThread().isInterrupted()) {
                // it is starting: nginx lets it in when it is ready
                throw e;
            }
            progress.accept("  does not start with the new WAR, and gets back what it had ...");
            next.close();
            cluster.files(node).takeBack();
            cluster.startNode(node);
            throw new StartFailure(
                    cluster.name(node)
                            + " does not start with this WAR and runs with the one before, as do all after it. "
                            + e.getMessage(),
                    e);
        }
    }
}
