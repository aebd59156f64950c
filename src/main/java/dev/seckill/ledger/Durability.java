package dev.seckill.ledger;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.redisson.api.RedissonClient;
import org.redisson.api.redisnode.RedisNode;
import org.redisson.api.redisnode.RedisNode.InfoSection;
import org.redisson.api.redisnode.RedisNodes;
import org.redisson.client.RedisException;
import org.redisson.client.protocol.Time;

/**
 * Whether the Redis servers keep every write they acknowledge: on disk before they answer, never evicted, and on every
 * replica that may be promoted. Only one thread asks at a time.
 */
final class Durability {
    private static final Map<String, String> NEEDED = Map.of(
            "appendonly", "yes",
            "appendfsync", "always",
            "no-appendfsync-on-rewrite", "no",
            "maxmemory-policy", "noeviction");

    private final LedgerConfig config;
    private String last;
    private OptionalLong nowMs = OptionalLong.empty();
    private Set<String> runs = Set.of();

    Durability(LedgerConfig config) {
        this.config = config;
        last = config.durable() ? "Redis has not said yet how it keeps what it acknowledges." : "";
    }

    /** What is missing, or ''. Blocks; throws when a server cannot be reached. */
    String problem(RedissonClient client) {
        nowMs = OptionalLong.empty();
        String problem = "";
        Set<String> met = new HashSet<>();
        for (RedisNode master : masters(client)) {
            met.add(master.info(InfoSection.SERVER).get("run_id"));
            Time time = master.time();
            nowMs = OptionalLong.of(time.getSeconds() * 1_000L + time.getMicroseconds() / 1_000);
            if (config.durable() && problem.isEmpty()) {
                problem = problem(master);
            }
        }
        runs = Set.copyOf(met);
        last = problem;
        return problem;
    }

    String lastProblem() {
        return last;
    }

    /** The time a server told when it was asked last; nothing if none did. */
    OptionalLong nowMs() {
        return nowMs;
    }

    /** The runs of the servers asked last; another one after a restart or a promotion. */
    Set<String> runs() {
        return runs;
    }

    private String problem(RedisNode master) {
        for (Map.Entry<String, String> needed : NEEDED.entrySet()) {
            String is = setting(master, needed.getKey());
            if (!needed.getValue().equals(is)) {
                return "Redis " + master.getAddr() + " has " + needed.getKey() + " " + is + ", not "
                        + needed.getValue() + ", so it can lose tickets that were acknowledged. Set it, or accept the"
                        + " loss with seckill.ledger.durable=false.";
            }
        }
        boolean promotes = config.topology() != LedgerConfig.Topology.SINGLE;
        if (promotes && config.replicas() == 0 && !"0".equals(replicas(master))) {
            return "Redis " + master.getAddr() + " has replicas that may be promoted without what was acknowledged."
                    + " Set seckill.ledger.replicas to their number, or accept the loss with"
                    + " seckill.ledger.durable=false.";
        }
        return "";
    }

    private static String replicas(RedisNode master) {
        return master.info(InfoSection.REPLICATION).get("connected_slaves");
    }

    private static String setting(RedisNode master, String name) {
        try {
            return master.getConfig(name).get(name);
        } catch (RedisException e) {
            if (e.getMessage() != null
                    && (e.getMessage().startsWith("NOPERM") || e.getMessage().startsWith("ERR"))) {
                return "unknown (CONFIG GET is not allowed)";
            }
            throw e;
        }
    }

    private Collection<? extends RedisNode> masters(RedissonClient client) {
        return switch (config.topology()) {
            case SINGLE -> List.of(client.getRedisNodes(RedisNodes.SINGLE).getInstance());
            case SENTINEL ->
                List.of(client.getRedisNodes(RedisNodes.SENTINEL_MASTER_SLAVE).getMaster());
            case CLUSTER -> client.getRedisNodes(RedisNodes.CLUSTER).getMasters();
        };
    }
}
