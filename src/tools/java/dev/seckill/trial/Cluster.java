package dev.seckill.trial;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Nginx, four nodes that it gives 1, 2, 3 and 4 of ten buyers, Redis and PostgreSQL, on loopback, started from the files that go
 * to real machines. They live on when the process that started them ends: whoever opens the same folder finds them there, and
 * may stop one, start it again, or end all. Nodes are counted from 0. One behind a {@link Front} has no nginx of its own.
 */
public final class Cluster implements AutoCloseable {
    private static final Path WAR = Path.of("target/seckill.war");

    private static final String LOOPBACK = "127.0.0.0/8";

    /** A node that was found while it starts, and then five looks of nginx; as long as a start may take. */
    private static final Duration LET_IN = Duration.ofMinutes(3);

    private static final Duration POLL = Duration.ofMillis(200);

    private final Path home;
    private final DataFolder data;
    private final ClusterFolder folder;
    private final ClusterPlan plan;
    private final Map<Integer, DataFolder> nodeFolders = new LinkedHashMap<>();
    private boolean isEnded;

    private Cluster(Path home, DataFolder data, ClusterFolder folder, ClusterPlan plan) {
        this.home = home;
        this.data = data;
        this.folder = folder;
        this.plan = plan;
    }

    /** The one in that folder, which goes on where it is if any of it runs; a new one is where the plan says. Starts nothing. */
    public static Cluster open(Path home, DataFolder data, ClusterPlan plan) {
        ClusterFolder folder = new ClusterFolder(data.path());
        ClusterPlan kept = folder.isAnyRunning() ? keptIn(folder.path()) : plan;
        kept.keepIn(folder.path());
        return new Cluster(home, data, folder, kept);
    }

    /** The one that is there. */
    public static Cluster openExisting(Path home, DataFolder data) {
        return new Cluster(home, data, new ClusterFolder(data.path()), keptIn(data.path()));
    }

    /** To look at what is there, whoever holds it. */
    public static Cluster look(Path home, Path folder) {
        return new Cluster(home, null, new ClusterFolder(folder), keptIn(folder));
    }

    private static ClusterPlan keptIn(Path folder) {
        return ClusterPlan.in(folder)
                .orElseThrow(() -> new StartFailure("There is no cluster in " + folder
                        + ": scripts/cluster up starts one, --data names another folder."));
    }

    public static boolean isAnyRunningIn(DataFolder data) {
        return new ClusterFolder(data.path()).isAnyRunning();
    }

    /** Ends whatever runs in that folder, and stays so; true if anything did. */
    public static boolean endAllIn(DataFolder data) {
        return new ClusterFolder(data.path()).endAll();
    }

    // --- all of it --------------------------------------------------------------------------------------------------

    /** Starts what does not run, and returns when nginx sends buyers to every node. When none runs they get the newest WAR. */
    public void start(Consumer<String> progress) {
        start(Map.of(), progress);
    }

    /** The same with more in the environment of the nodes. */
    public void start(Map<String, String> more, Consumer<String> progress) {
        if (hasNginx() && nginx().isEmpty()) {
            // workers whose master was killed hold its port
            NginxProcess.endLeftover(folder.nginx());
        }
        requireFreePorts();
        if (redis().isEmpty() || database().isEmpty()) {
            progress.accept("Starting Redis and PostgreSQL ...");
        }
        startRedis();
        startDatabase();
        if (hasNginx()) {
            startNginx();
        }
        boolean noneRuns =
                IntStream.range(0, size()).allMatch(node -> node(node).isEmpty());
        List<Node> started = new ArrayList<>();
        for (int node = 0; node < size(); node++) {
            if (node(node).isEmpty()) {
                if (noneRuns || !files(node).isThere()) {
                    files(node).use(home.resolve(WAR), home);
                }
                started.add(launchNode(node, more));
            }
        }
        if (!started.isEmpty()) {
            progress.accept(
                    started.size() == 1
                            ? "Starting a node, which takes about 10 seconds ..."
                            : "Starting " + started.size() + " nodes, which takes about a minute on two cores ...");
        }
        for (Node node : started) {
            node.awaitReady();
            progress.accept("  %s is ready after %d s"
                    .formatted(node.address(), node.bootTime().toSeconds()));
        }
        if (hasNginx()) {
            progress.accept("Waiting until nginx lets them in ...");
            for (int node = 0; node < size(); node++) {
                awaitIn(node, LET_IN);
            }
        }
    }

    private void requireFreePorts() {
        List<Integer> needed = new ArrayList<>();
        if (hasNginx() && nginx().isEmpty()) {
            needed.add(plan.port());
        }
        IntStream.range(0, size())
                .filter(node -> node(node).isEmpty())
                .mapToObj(plan.nodePorts()::get)
                .forEach(needed::add);
        for (int port : needed) {
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                socket.getLocalPort();
            } catch (IOException e) {
                throw new StartFailure(
                        "Can't listen on 127.0.0.1:" + port + " (" + e.getMessage()
                                + "): stop what does, or choose with --port and --first-node-port.",
                        e);
            }
        }
    }

    /** Ends all, nginx first, and starts nothing any more, so that whoever still starts something stops. True if anything ran. */
    public synchronized boolean end() {
        isEnded = true;
        return folder.endAll();
    }

    /** Lets others open the folder; what runs there runs on. */
    @Override
    public void close() {
        nodeFolders.values().forEach(DataFolder::close);
    }

    // --- one part ---------------------------------------------------------------------------------------------------

    /** Starts Redis where it was, with what it has on disk, unless it runs. */
    public void startRedis() {
        if (redis().isEmpty()) {
            RedisProcess.start(
                    folder.redis(), home.resolve("payara-config/redis.conf"), plan.redisPort(), plan.redisSettings());
        }
    }

    private void startDatabase() {
        if (database().isEmpty()) {
            Path files = folder.postgres();
            PostgresProcess.start(
                    files.resolve("programs"),
                    files,
                    plan.databasePort(),
                    data.secret(PostgresProcess.PASSWORD_NAME),
                    List.of());
        }
    }

    /** Starts nginx, and what tells it which nodes are ready, unless they run. */
    public void startNginx() {
        if (nginx().isEmpty()) {
            NginxProcess.endLeftover(folder.nginx());
            NginxFiles files = NginxFiles.copy(home, folder.nginx(), plan.port(), plan.nodePorts());
            files.append("site.conf", plan.siteLines());
            NginxProcess.start(files);
        } else if (watcher().isEmpty()) {
            NginxProcess.watch(folder.nginx(), NginxPlace.onLoopback(plan.port(), plan.nodePorts()));
        }
    }

    /** Starts a Prometheus that asks every node, or starts it anew. */
    public PrometheusProcess startPrometheus(int port) {
        return PrometheusProcess.start(home, folder.prometheus(), port, nodeAddresses());
    }

    private List<String> nodeAddresses() {
        return IntStream.range(0, size())
                .mapToObj(node -> endpoint(node).address().getAuthority())
                .toList();
    }

    /** Starts a node with the WAR that it had, and returns when nginx sends it buyers, or, if nginx is not the cluster's, it is ready. */
    public void startNode(int node) {
        startNode(node, Map.of());
    }

    /** The same with more in its environment. */
    public void startNode(int node, Map<String, String> more) {
        launchNode(node, more).awaitReady();
        if (hasNginx()) {
            awaitIn(node, LET_IN);
        }
    }

    Node launchNode(int node) {
        return launchNode(node, Map.of());
    }

    private synchronized Node launchNode(int node, Map<String, String> more) {
        if (isEnded) {
            throw new StartFailure("The cluster was ended meanwhile.");
        }
        List<String> options = new ArrayList<>(List.of(
                "-Dseckill.node.name=" + name(node),
                "-Dseckill.node.weight=" + weight(node),
                // nobody's but these nodes'
                "-Dseckill.cluster.name=seckill-" + plan.port(),
                "-Dseckill.cluster.join=true",
                "-Dseckill.cluster.port=" + plan.memberPorts().get(node),
                "-Dseckill.cluster.members="
                        + plan.memberPorts().stream()
                                .map(port -> "127.0.0.1:" + port)
                                .collect(Collectors.joining(","))));
        options.addAll(plan.nodeOptions());
        NodeEnvironment environment = NodeEnvironment.of(redisAddress())
                .withTickets(DemoSale.ID, nodeFolder(node).file("stat.log"))
                .withDatabase(databaseUrl(), databasePassword())
                // which a node behind somebody else may not reach, so it calls itself
                .withSandbox(data, hasNginx() ? address() : endpoint(node).address())
                // buyers come through nginx, which says who they are; load comes from here
                .with(
                        "SECKILL_LIMIT_TRUSTED_PROXIES",
                        LOOPBACK + plan.front().map(it -> "," + it.proxies()).orElse(""))
                .with(
                        "SECKILL_LIMIT_EXEMPT",
                        LOOPBACK + plan.front().map(it -> "," + it.exempt()).orElse(""))
                .with("SECKILL_FILES", nodeFolder(node).file("files").toString());
        if (options.stream().noneMatch(option -> option.startsWith("-Dmp.jwt.verify.issuer="))) {
            environment.withTrialIssuer(TrialKey.in(folder.path()));
        }
        more.forEach(environment::with);
        return Node.launch(new NodePlan(
                home,
                nodeFolder(node),
                plan.front().map(Front::nodesListen).orElse("127.0.0.1"),
                plan.nodePorts().get(node),
                environment.variables(),
                options,
                NodePlan.READY));
    }

    /** Ends a node at once, as when the power fails; true if it ran. */
    public boolean killNode(int node) {
        return Child.killLeftover(Node.NAME, folder.node(plan.nodePorts().get(node)));
    }

    /** The same with Redis. */
    public boolean killRedis() {
        return Child.killLeftover(RedisProcess.NAME, folder.redis());
    }

    /** Stops a node as it wants to be stopped; true if it ran. */
    public boolean endNode(int node) {
        return Node.endLeftover(folder.node(plan.nodePorts().get(node)));
    }

    void awaitIn(int node, Duration patience) {
        long giveUp = System.nanoTime() + patience.toNanos();
        while (!isIn(node)) {
            if (System.nanoTime() - giveUp > 0) {
                throw new StartFailure("nginx does not let " + name(node) + " in: see " + folder.nginx() + ".");
            }
            Pause.of(POLL);
        }
    }

    // --- who is there -----------------------------------------------------------------------------------------------

    public int size() {
        return plan.nodePorts().size();
    }

    public String name(int node) {
        return "node-" + plan.nodePorts().get(node);
    }

    /** Its part of the buyers, and of the stock. */
    public int weight(int node) {
        return node + 1;
    }

    public Endpoint endpoint(int node) {
        return Endpoint.at("127.0.0.1", plan.nodePorts().get(node));
    }

    /** Whether nginx, if it runs, sends buyers there. */
    public boolean isIn(int node) {
        return NginxProcess.nodesIn(folder.nginx()).contains(plan.nodePorts().get(node));
    }

    public Optional<ProcessHandle> node(int node) {
        return folder.runningNode(plan.nodePorts().get(node));
    }

    public Optional<ProcessHandle> nginx() {
        return folder.runningNginx();
    }

    /** What lets nodes in and takes them out. */
    public Optional<ProcessHandle> watcher() {
        return folder.runningWatcher();
    }

    public Optional<ProcessHandle> redis() {
        return folder.runningRedis();
    }

    public Optional<ProcessHandle> database() {
        return folder.runningPostgres();
    }

    public Optional<ProcessHandle> prometheus() {
        return folder.runningPrometheus();
    }

    public boolean isAnyRunning() {
        return folder.isAnyRunning();
    }

    private boolean hasNginx() {
        return plan.front().isEmpty();
    }

    /** Where buyers come to. */
    public URI address() {
        return plan.front().map(Front::address).orElse(URI.create("http://127.0.0.1:" + plan.port()));
    }

    public String redisAddress() {
        return "redis://127.0.0.1:" + plan.redisPort();
    }

    /** For psql, with the password in it. */
    public String databaseAddress() {
        return PostgresProcess.address(plan.databasePort(), databasePassword());
    }

    public String databaseAuthority() {
        return "127.0.0.1:" + plan.databasePort();
    }

    public String databaseUrl() {
        return PostgresProcess.url(plan.databasePort());
    }

    public String databasePassword() {
        return data.secret(PostgresProcess.PASSWORD_NAME);
    }

    public Path folder() {
        return folder.path();
    }

    /** Nginx': one JSON object a line, up to a second late. */
    public Path accessLog() {
        return folder.nginx().resolve("access.log");
    }

    Path home() {
        return home;
    }

    NodeFiles files(int node) {
        return new NodeFiles(nodeFolder(node).file("files"));
    }

    private DataFolder nodeFolder(int node) {
        int port = plan.nodePorts().get(node);
        return nodeFolders.computeIfAbsent(port, each -> DataFolder.open(folder.node(each)));
    }
}
