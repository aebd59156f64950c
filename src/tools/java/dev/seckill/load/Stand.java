package dev.seckill.load;

import dev.seckill.trial.Cluster;
import dev.seckill.trial.DataFolder;
import dev.seckill.trial.DemoSale;
import dev.seckill.trial.Node;
import dev.seckill.trial.NodeEnvironment;
import dev.seckill.trial.NodePlan;
import dev.seckill.trial.PostgresProcess;
import dev.seckill.trial.RedisProcess;
import dev.seckill.trial.StartFailure;
import dev.seckill.trial.Tokens;
import dev.seckill.trial.TrialKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is loaded: a Redis of its own as in production, a node that sells and, to compare it with, one that answers with
 * a constant, both started as in production, all on loopback; only one of the nodes is loaded at a time. Or what
 * {@code --target} names: then this starts nothing, and what only the machine of the target can tell is unknown. Or four nodes
 * behind nginx.
 */
public final class Stand implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";
    private static final String TICKET_SALE = "tickets";

    /** Where what writes orders has its files. */
    private static final String WRITING = "writing";

    private static final String REDIS = "redis";
    private static final String WRITING_REDIS = "writing-redis";
    private static final String POSTGRES = "postgres";
    private static final String CLUSTER = "cluster";

    /** An address for documentation: nodes exempt nobody from their limits. */
    private static final String NOBODY = "192.0.2.1/32";

    /** On top of the production settings: all verbs together make more reservations than fit into their 1 GB. */
    static final String REDIS_MEMORY = "maxmemory 4gb";

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final Deque<OnSale> sales = new ArrayDeque<>();
    private final LoadOptions options;
    private Target seckill;
    private Target constant;
    private RedisProcess redis;
    private Path keyFile;
    private TokenFile tokens;
    private String operatorToken;
    private Path home;
    private DataFolder folder;
    private Writing writing;
    private String ticketSale;
    private LoadedCluster cluster;
    private final Map<String, Node> nodes = new LinkedHashMap<>();

    private Stand(LoadOptions options) {
        this.options = options;
    }

    static Stand open(LoadOptions options, Setup setup, Path home, Progress progress) {
        Stand stand = new Stand(options);
        try {
            if (options.target != null) {
                stand.take();
            } else {
                stand.start(setup, home, progress);
            }
            return stand;
        } catch (RuntimeException e) {
            stand.close();
            throw e;
        }
    }

    private void take() {
        seckill = new Target(Target.SECKILL, options.target, OptionalLong.empty());
        constant =
                options.constant == null ? null : new Target(Target.CONSTANT, options.constant, OptionalLong.empty());
        keyFile = options.keyFile;
        operatorToken = keyFile == null ? read(options.operatorTokenFile) : Tokens.operator(keyFile);
        ticketSale = options.ticketSale;
    }

    private void start(Setup setup, Path home, Progress progress) {
        this.home = home;
        folder = started(DataFolder.open(
                options.dataFolder.resolve("stand").toAbsolutePath().normalize()));
        endLeftovers(progress);
        folder.empty();
        // beside the stand, which begins empty each time: the tokens that it has signed stay good
        keyFile = TrialKey.in(folder.path().getParent());
        operatorToken = Tokens.operator(keyFile);
        if (setup == Setup.CLUSTER) {
            startCluster(progress);
        } else {
            startNodes(setup == Setup.NODE_AND_CONSTANT, progress);
        }
    }

    private void endLeftovers(Progress progress) {
        boolean left = PostgresProcess.endLeftover(folder.file(POSTGRES));
        for (Path each : List.of(folder.file(REDIS), folder.file(WRITING_REDIS))) {
            left |= RedisProcess.endLeftover(each);
        }
        for (String name : List.of(Target.SECKILL, Target.CONSTANT, WRITING)) {
            try (DataFolder last = DataFolder.open(folder.file(name))) {
                left |= Node.endLeftover(last);
            }
        }
        try (DataFolder last = DataFolder.open(folder.file(CLUSTER))) {
            left |= Cluster.endAllIn(last);
        }
        if (left) {
            progress.say("Ended what a run that was killed had left behind.");
        }
    }

    private void startCluster(Progress progress) {
        ticketSale = DemoSale.ID;
        Map<String, String> environment = new HashMap<>(limits());
        environment.put("SECKILL_LIMIT_EXEMPT", NOBODY);
        environment.put("SECKILL_TRIAL_ISSUER_KEY_FILE", keyFile.toString());
        environment.put("PATH", path());
        DataFolder data = started(DataFolder.open(folder.file(CLUSTER)));
        cluster = started(LoadedCluster.in(data, home, options.nodeOptions));
        cluster.start(environment, progress);
        seckill = new Target(Target.SECKILL, cluster.address(), OptionalLong.empty());
    }

    private void startNodes(boolean compares, Progress progress) {
        ticketSale = TICKET_SALE;
        progress.say(
                compares
                        ? "Starting Redis and two nodes, which takes about 20 seconds ..."
                        : "Starting Redis and a node, which takes about 10 seconds ...");
        redis = startRedis(folder.file(REDIS));
        seckill = startNode(Target.SECKILL, NodePlan.READY, selling(redis).variables());
        if (compares) {
            Path files = folder.file("constant-files");
            ConstantWar.writeFiles(files, home.resolve("target/payara-micro.jar"));
            constant = startNode(Target.CONSTANT, "/buy/ticket", Map.of("SECKILL_FILES", files.toString()));
        }
    }

    private RedisProcess startRedis(Path files) {
        return started(RedisProcess.start(
                files, home.resolve("payara-config/redis.conf"), RedisProcess.freePort(), List.of(REDIS_MEMORY)));
    }

    /** A node that writes orders, started at the first call. It looks after all sales in its Redis, so it has one of its own. */
    Writing writing(Progress progress) {
        if (writing == null) {
            progress.say("Starting a PostgreSQL, a Redis and a node that writes orders ...");
            String password = folder.secret(PostgresProcess.PASSWORD_NAME);
            PostgresProcess postgres = started(PostgresProcess.start(folder.file(POSTGRES), password));
            RedisProcess ledger = startRedis(folder.file(WRITING_REDIS));
            Map<String, String> environment =
                    selling(ledger).withDatabase(postgres.url(), password).variables();
            Target target = startNode(WRITING, NodePlan.READY, environment);
            writing = new Writing(target, ledger, postgres, password);
        }
        return writing;
    }

    /** What writes orders, if that was started. */
    Optional<Writing> writing() {
        return Optional.ofNullable(writing);
    }

    private NodeEnvironment selling(RedisProcess ledger) {
        NodeEnvironment environment = NodeEnvironment.of(ledger.address())
                .withTrialIssuer(keyFile)
                .withTickets(ticketSale, folder.file("stat.log"));
        limits().forEach(environment::with);
        return environment;
    }

    /** All come from here, and the same buyers again and again: limits that cost what they cost and never hold. */
    private static Map<String, String> limits() {
        String never = "1000000";
        return Map.of(
                "SECKILL_LIMIT_ADDRESS_AT_ONCE", never,
                "SECKILL_LIMIT_ADDRESS_PER_SECOND", never,
                "SECKILL_LIMIT_PURCHASES_AT_ONCE", never,
                "SECKILL_LIMIT_PURCHASES_PER_SECOND", never);
    }

    /** With the nodes' JDK first: start-node takes the first java there is. */
    private String path() {
        return options.javaHome.resolve("bin") + ":" + System.getenv("PATH");
    }

    private Target startNode(String name, String readyPath, Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("PATH", path());
        DataFolder data = started(DataFolder.open(folder.file(name)));
        Node node = started(Node.start(
                NodePlan.alone(home, data, LOOPBACK, RedisProcess.freePort(), all, options.nodeOptions, readyPath)));
        nodes.put(name, node);
        return new Target(name, node.address(), OptionalLong.of(node.pid()));
    }

    private <T extends AutoCloseable> T started(T part) {
        started.push(part);
        return part;
    }

    /** What sells. */
    public Target seckill() {
        return seckill;
    }

    /** What answers the same with a constant, if there is one. */
    public Optional<Target> constant() {
        return Optional.ofNullable(constant);
    }

    /** The ledger, if this started it. */
    Optional<String> redisAddress() {
        return cluster == null
                ? Optional.ofNullable(redis).map(RedisProcess::address)
                : Optional.of(cluster.redisAddress());
    }

    /** Four nodes behind nginx, if that is what is loaded. */
    Optional<LoadedCluster> cluster() {
        return Optional.ofNullable(cluster);
    }

    /** Whether this started what is loaded. */
    boolean isOwn() {
        return options.target == null;
    }

    /** The nodes that were started; none with {@code --target}. */
    List<RunningNode> nodes() {
        return cluster != null
                ? cluster.nodes()
                : nodes.entrySet().stream()
                        .map(each -> RunningNode.of(each.getKey(), each.getValue()))
                        .toList();
    }

    /** Those of them that sell to whoever asks {@link #seckill}. */
    List<RunningNode> sellers() {
        return cluster != null
                ? cluster.nodes()
                : nodes().stream()
                        .filter(node -> node.name().equals(Target.SECKILL))
                        .toList();
    }

    /** The processes that serve while that target is loaded, by name, as far as they are known. */
    Map<String, Long> processes(Target target) {
        if (cluster != null) {
            return cluster.processes();
        }
        Map<String, Long> processes = new LinkedHashMap<>();
        target.pid().ifPresent(pid -> processes.put(Meter.NODE, pid));
        writing()
                .filter(each -> each.target().equals(target))
                .map(Writing::redis)
                .or(() -> Optional.ofNullable(redis))
                .ifPresent(process -> processes.put(Meter.REDIS, process.pid()));
        // the same whoever is loaded: what is written late counts where it is seen
        writing()
                .ifPresent(each -> processes.put(Meter.POSTGRES, each.postgres().pid()));
        return processes;
    }

    public String operatorToken() {
        return operatorToken;
    }

    /** Of at least so many buyers, signed now if they have not been before; or those that were given. */
    TokenFile tokens(int buyers, Progress progress) {
        if (tokens == null || (keyFile != null && tokens.size() < buyers)) {
            tokens = keyFile == null
                    ? TokenFile.open(options.tokens)
                    : SignedTokens.of(
                            keyFile, buyers, options.dataFolder.toAbsolutePath().normalize(), progress);
        }
        return tokens;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new StartFailure("The operator's token can't be read from " + file + " (" + e + ").", e);
        }
    }

    /** The sale that /buy/ticket sells. */
    public String ticketSale() {
        return ticketSale;
    }

    /** Remembers a sale that was put on here. */
    void opened(OnSale sale) {
        sales.push(sale);
    }

    /** Closes the sales that were put on here, as far as the target still lets it. */
    void closeSales() {
        boolean answers = true;
        while (!sales.isEmpty()) {
            OnSale sale = sales.pop();
            answers = answers && sale.tryClose(operatorToken);
        }
    }

    /** Ends all that it started, the last first, so that a node can settle what it has accepted. */
    @Override
    public void close() {
        RuntimeException first = null;
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (RuntimeException e) {
                first = first == null ? e : first;
            } catch (Exception e) {
                first = first == null ? new IllegalStateException(e) : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
