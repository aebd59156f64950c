package dev.seckill.ledger;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.redisson.api.RedissonClient;
import org.redisson.api.redisnode.RedisNode;
import org.redisson.api.redisnode.RedisNodes;
import org.redisson.client.RedisException;

/** Whether the Redis servers keep every write they acknowledge: on disk before they answer, and never evicted. */
final class Durability {
    private static final Map<String, String> NEEDED =
            Map.of("appendonly", "yes", "appendfsync", "always", "maxmemory-policy", "noeviction");

    private final LedgerConfig config;
    private String last;

    Durability(LedgerConfig config) {
        this.config = config;
        last = config.durable() ? "Redis has not said yet how it keeps what it acknowledges." : "";
    }

    /** What is missing, or ''. Blocks; throws when a server cannot be reached. */
    synchronized String problem(RedissonClient client) {
        if (config.durable()) {
            last = masters(client).stream()
                    .map(Durability::problem)
                    .filter(found -> !found.isEmpty())
                    .findFirst()
                    .orElse("");
        }
        return last;
    }

    synchronized String lastProblem() {
        return last;
    }

    private static String problem(RedisNode master) {
        for (Map.Entry<String, String> needed : NEEDED.entrySet()) {
            String is = setting(master, needed.getKey());
            if (!needed.getValue().equals(is)) {
                return "Redis " + master.getAddr() + " has " + needed.getKey() + " " + is + ", not "
                        + needed.getValue() + ", so it can lose tickets that were acknowledged. Set it, or accept the"
                        + " loss with seckill.ledger.durable=false.";
            }
        }
        return "";
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
