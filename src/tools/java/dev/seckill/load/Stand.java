package dev.seckill.load;

import dev.seckill.trial.DataFolder;
import dev.seckill.trial.Node;
import dev.seckill.trial.NodePlan;
import dev.seckill.trial.RedisProcess;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is loaded: a Redis of its own as in production, a node that sells and one that answers with a constant, both started
 * as in production, all on loopback; only one of the nodes is loaded at a time. Or what {@code --target} names: then this
 * starts nothing, and what only the machine of the target can tell is unknown.
 */
public final class Stand implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";
    private static final String TICKET_SALE = "tickets";

    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private final LoadOptions options;
    private Target seckill;
    private Target constant;
    private RedisProcess redis;
    private String operatorToken;
    private String ticketSale;
    private final Map<String, Node> nodes = new LinkedHashMap<>();

    private Stand(LoadOptions options) {
        this.options = options;
    }

    static Stand open(LoadOptions options, Path home, Progress progress) {
        Stand stand = new Stand(options);
        try {
            if (options.target != null) {
                stand.take();
            } else {
                stand.start(home, progress);
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
        operatorToken = options.operatorToken;
        ticketSale = options.ticketSale;
    }

    private void start(Path home, Progress progress) {
        DataFolder folder = started(DataFolder.open(
                options.dataFolder.resolve("stand").toAbsolutePath().normalize()));
        Path redisFolder = folder.file("redis");
        boolean left = RedisProcess.endLeftover(redisFolder);
        for (String name : List.of(Target.SECKILL, Target.CONSTANT)) {
            try (DataFolder last = DataFolder.open(folder.file(name))) {
                left |= Node.endLeftover(last);
            }
        }
        if (left) {
            progress.say("Ended what a run that was killed had left behind.");
        }
        folder.empty();
        operatorToken = folder.operatorToken();
        ticketSale = TICKET_SALE;
        progress.say("Starting Redis and two nodes, which takes about 20 seconds ...");
        redis = started(RedisProcess.start(redisFolder, home.resolve("payara-config/redis.conf")));
        Path constantFiles = folder.file("constant-files");
        ConstantWar.writeFiles(constantFiles, home.resolve("target/payara-micro.jar"));
        Node selling = startNode(home, folder, Target.SECKILL, "/health/ready", sellingEnvironment(folder));
        Node answering = startNode(
                home, folder, Target.CONSTANT, "/buy/ticket", Map.of("SECKILL_FILES", constantFiles.toString()));
        nodes.put(Target.SECKILL, selling);
        nodes.put(Target.CONSTANT, answering);
        seckill = new Target(Target.SECKILL, selling.address(), OptionalLong.of(selling.pid()));
        constant = new Target(Target.CONSTANT, answering.address(), OptionalLong.of(answering.pid()));
    }

    private Map<String, String> sellingEnvironment(DataFolder folder) {
        return Map.of(
                "SECKILL_LEDGER_ADDRESS",
                redis.address(),
                "SECKILL_OPERATOR_TOKEN",
                operatorToken,
                "SECKILL_PURCHASE_BUYER_HEADER",
                "X-Buyer-Id",
                "SECKILL_PURCHASE_TICKET_SALE",
                ticketSale,
                "SECKILL_PURCHASE_STAT_LOG",
                folder.file("stat.log").toString());
    }

    private Node startNode(
            Path home, DataFolder folder, String name, String readyPath, Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(environment);
        // start-node takes the first java there is
        all.put("PATH", options.javaHome.resolve("bin") + ":" + System.getenv("PATH"));
        DataFolder data = started(DataFolder.open(folder.file(name)));
        return started(Node.start(
                new NodePlan(home, data, LOOPBACK, RedisProcess.freePort(), all, options.nodeOptions, readyPath)));
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
    public Optional<RedisProcess> redis() {
        return Optional.ofNullable(redis);
    }

    /** What was started, by the name of its target; empty with {@code --target}. */
    public Map<String, Node> nodes() {
        return Collections.unmodifiableMap(nodes);
    }

    public String operatorToken() {
        return operatorToken;
    }

    /** The sale that /buy/ticket sells. */
    public String ticketSale() {
        return ticketSale;
    }

    /** Ends what it started, the last first, so that a node can settle what it has accepted. */
    @Override
    public void close() {
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
