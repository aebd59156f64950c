package dev.seckill.trial;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Nginx, four nodes that it gives 1, 2, 3 and 4 of ten buyers, Redis and PostgreSQL, on loopback, started from the files that go
 * to real machines. They live on when the process that started them ends: whoever opens the same folder finds them there, and
 * may stop one, start it again, or end all. Nodes are counted from 0.
 */
public final class Cluster implements AutoCloseable {
    private static final Path WAR = Path.of("target/seckill.war");
    private static final Path SERVER = Path.of("target/payara-micro.jar");
    private static final String WAR_NAME = "seckill.war";

    /** Of every WAR of this application, and of no other. */
    private static final String MARK = "WEB-INF/classes/dev/seckill/purchase/TicketServlet.class";

    /** Ready five times in a row, a second apart, and nginx reads its files again; three times that. */
    private static final Duration LET_IN = Duration.ofSeconds(20);

    private static final Duration POLL = Duration.ofMillis(200);

    private final Path home;
    private final DataFolder data;
    private final Path folder;
    private final ClusterPlan plan;
    private final Map<Integer, DataFolder> nodeFolders = new LinkedHashMap<>();
    private boolean ended;

    private Cluster(Path home, DataFolder data, Path folder, ClusterPlan plan) {
        this.home = home;
        this.data = data;
        this.folder = folder;
        this.plan = plan;
    }

    /** The one in that folder, which goes on where it is; a new one is where the plan says. Nothing is started yet. */
    public static Cluster open(Path home, DataFolder data, ClusterPlan plan) {
        ClusterPlan kept = ClusterPlan.in(data.path())
                .filter(each -> isAnyRunning(data.path(), each))
                .orElse(plan);
        kept.keepIn(data.path());
        return new Cluster(home, data, data.path(), kept);
    }

    /** The one that is there. */
    public static Cluster openExisting(Path home, DataFolder data) {
        return new Cluster(home, data, data.path(), keptIn(data.path()));
    }

    /** To look at what is there, whoever holds it. */
    public static Cluster look(Path home, Path folder) {
        return new Cluster(home, null, folder, keptIn(folder));
    }

    private static ClusterPlan keptIn(Path folder) {
        return ClusterPlan.in(folder)
                .orElseThrow(() -> new StartFailure("There is no cluster in " + folder
                        + ": scripts/cluster up starts one, --data names another folder."));
    }

    /** Ends whatever runs in that folder; true if anything did. */
    public static boolean endAllIn(DataFolder data) {
        return ClusterPlan.in(data.path())
                .map(plan -> new Cluster(null, data, data.path(), plan).end())
                .orElse(false);
    }

    public static boolean isAnyRunningIn(DataFolder data) {
        return ClusterPlan.in(data.path())
                .filter(plan -> isAnyRunning(data.path(), plan))
                .isPresent();
    }

    private static boolean isAnyRunning(Path folder, ClusterPlan plan) {
        return plan.nodePorts().stream()
                        .anyMatch(port -> Node.find(nodeFolder(folder, port)).isPresent())
                || RedisProcess.find(folder.resolve("redis")).isPresent()
                || PostgresProcess.find(folder.resolve("postgres")).isPresent()
                || NginxProcess.find(folder.resolve("nginx")).isPresent();
    }

    // --- all of it --------------------------------------------------------------------------------------------------

    /** Starts what does not run, and returns when nginx sends buyers to every node. */
    public void start(Consumer<String> progress) {
        requireFreePorts();
        progress.accept("Starting Redis and PostgreSQL ...");
        startRedis();
        startDatabase();
        startNginx();
        List<Node> started = new ArrayList<>();
        for (int node = 0; node < size(); node++) {
            if (node(node).isEmpty()) {
                useWar(node, home.resolve(WAR));
                started.add(launchNode(node, Map.of()));
            }
        }
        progress.accept(
                "Starting " + started.size() + " nodes, which take each other's time: a minute on two cores ...");
        for (Node node : started) {
            node.awaitReady();
            progress.accept("  %s is ready after %d s"
                    .formatted(node.address(), node.bootTime().toSeconds()));
        }
        progress.accept("Waiting until nginx lets them in ...");
        for (int node = 0; node < size(); node++) {
            awaitIn(node);
        }
    }

    private void requireFreePorts() {
        List<Integer> needed = new ArrayList<>();
        if (nginx().isEmpty()) {
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

    /** Ends all, nginx first and the nodes together, so that they can settle what they have accepted. True if anything ran. */
    public synchronized boolean end() {
        ended = true;
        boolean ended = NginxProcess.endLeftover(folder.resolve("nginx"));
        ended |= IntStream.range(0, size()).parallel().filter(this::endNode).count() > 0;
        ended |= RedisProcess.endLeftover(folder.resolve("redis"));
        ended |= PostgresProcess.endLeftover(folder.resolve("postgres"));
        return ended;
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
                    folder.resolve("redis"),
                    home.resolve("payara-config/redis.conf"),
                    plan.redisPort(),
                    plan.redisSettings());
        }
    }

    private void startDatabase() {
        if (database().isEmpty()) {
            Path files = folder.resolve("postgres");
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
        if (nginx().isEmpty() || watcher().isEmpty()) {
            NginxProcess.start(home, folder.resolve("nginx"), plan.port(), plan.nodePorts());
        }
    }

    /** Starts a node with the WAR that it had, and returns when nginx sends it buyers. */
    public void startNode(int node) {
        startNode(node, Map.of());
    }

    /** The same with more in its environment. */
    public void startNode(int node, Map<String, String> more) {
        launchNode(node, more).awaitReady();
        awaitIn(node);
    }

    private synchronized Node launchNode(int node, Map<String, String> more) {
        if (ended) {
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
                .withSandbox(data, address())
                // buyers come through nginx, which says who they are; load comes from here
                .with("SECKILL_LIMIT_TRUSTED_PROXIES", "127.0.0.0/8")
                .with("SECKILL_LIMIT_EXEMPT", "127.0.0.0/8")
                .with("SECKILL_FILES", nodeFolder(node).file("files").toString());
        if (options.stream().noneMatch(option -> option.startsWith("-Dmp.jwt.verify.issuer="))) {
            environment.withTrialIssuer(TrialKey.in(folder));
        }
        more.forEach(environment::with);
        return Node.launch(new NodePlan(
                home,
                nodeFolder(node),
                "127.0.0.1",
                plan.nodePorts().get(node),
                environment.variables(),
                options,
                NodePlan.READY));
    }

    /** Stops a node as it wants to be stopped; true if it ran. */
    public boolean endNode(int node) {
        return Node.endLeftover(nodeFolder(folder, plan.nodePorts().get(node)));
    }

    private void awaitIn(int node) {
        long giveUp = System.nanoTime() + LET_IN.toNanos();
        while (!isIn(node)) {
            if (System.nanoTime() - giveUp > 0) {
                throw new StartFailure(
                        "nginx does not let " + name(node) + " in: see " + folder.resolve("nginx") + ".");
            }
            Pause.of(POLL);
        }
    }

    // --- a new release ----------------------------------------------------------------------------------------------

    /**
     * Gives the nodes another WAR one after the other, each only when the one before sells again. One that does not start with
     * it gets back what it had, and the rest keep theirs.
     */
    public void rollingRestart(Path war, Consumer<String> progress) {
        requireWar(war);
        for (int node = 0; node < size(); node++) {
            int restarted = node;
            if (IntStream.range(0, size()).noneMatch(other -> other != restarted && isIn(other))) {
                throw new StartFailure("Nobody would be left to sell while " + name(node)
                        + " restarts: see scripts/cluster status, and start the others by scripts/cluster up.");
            }
            progress.accept(name(node) + " stops ...");
            endNode(node);
            Path before = nodeFolder(node).file("files/" + WAR_NAME + ".before");
            copy(nodeFolder(node).file("files/" + WAR_NAME), before);
            useWar(node, war);
            restart(node, before, progress);
        }
    }

    private void restart(int node, Path before, Consumer<String> progress) {
        Node next = launchNode(node, Map.of());
        try {
            next.awaitReady();
            awaitIn(node);
            progress.accept("  sells again with the new WAR, ready after "
                    + next.bootTime().toSeconds() + " s");
        } catch (StartFailure e) {
            if (Thread.currentThread().isInterrupted()) {
                // it is starting: nginx lets it in when it is ready
                throw e;
            }
            progress.accept("  does not start with the new WAR, and gets back what it had ...");
            next.close();
            useWar(node, before);
            startNode(node);
            throw new StartFailure(
                    name(node) + " does not start with this WAR and runs with the one before; so do all after it. "
                            + e.getMessage(),
                    e);
        }
    }

    private static void requireWar(Path war) {
        try (JarFile file = new JarFile(war.toFile())) {
            if (file.getJarEntry(MARK) == null) {
                throw new StartFailure(war + " is no WAR of this application.");
            }
        } catch (IOException e) {
            throw new StartFailure(war + " can't be read as a WAR (" + e.getMessage() + ").", e);
        }
    }

    /** A copy, because a build may replace the file at any time. */
    private void useWar(int node, Path war) {
        Path files = nodeFolder(node).file("files");
        copy(war, files.resolve(WAR_NAME));
        Path server = files.resolve(SERVER.getFileName());
        try {
            Files.deleteIfExists(server);
            Files.createLink(server, home.resolve(SERVER));
        } catch (FileSystemException e) {
            // on another disk
            copy(home.resolve(SERVER), server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) {
        try {
            Files.createDirectories(to.getParent());
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new StartFailure("Can't copy " + from + " to " + to + " (" + e + ").", e);
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

    /** Whether nginx sends buyers there. */
    public boolean isIn(int node) {
        return nodesIn().contains(plan.nodePorts().get(node));
    }

    private Set<Integer> nodesIn() {
        return NginxProcess.nodesIn(folder.resolve("nginx"));
    }

    public Optional<ProcessHandle> node(int node) {
        return Node.find(nodeFolder(folder, plan.nodePorts().get(node)));
    }

    public Optional<ProcessHandle> nginx() {
        return NginxProcess.find(folder.resolve("nginx"));
    }

    /** What lets nodes in and takes them out. */
    public Optional<ProcessHandle> watcher() {
        return NginxProcess.findWatcher(folder.resolve("nginx"));
    }

    public Optional<ProcessHandle> redis() {
        return RedisProcess.find(folder.resolve("redis"));
    }

    public Optional<ProcessHandle> database() {
        return PostgresProcess.find(folder.resolve("postgres"));
    }

    /** Where buyers come to. */
    public URI address() {
        return URI.create("http://127.0.0.1:" + plan.port());
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

    public Path log(int node) {
        return nodeFolder(folder, plan.nodePorts().get(node)).resolve("node.log");
    }

    public Path folder() {
        return folder;
    }

    private DataFolder nodeFolder(int node) {
        int port = plan.nodePorts().get(node);
        return nodeFolders.computeIfAbsent(port, each -> DataFolder.open(nodeFolder(folder, each)));
    }

    private static Path nodeFolder(Path folder, int port) {
        return folder.resolve("node-" + port);
    }
}
