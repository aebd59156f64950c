package dev.seckill.load;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.redisson.Redisson;
import org.redisson.api.RScript;
import org.redisson.api.RedissonClient;
import org.redisson.api.options.KeysScanOptions;
import org.redisson.api.redisnode.RedisNode.InfoSection;
import org.redisson.api.redisnode.RedisNodes;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

/** What Redis tells about itself, over a connection of its own. */
final class RedisInfo implements AutoCloseable {
    /** Every element of the key counted, where Redis would otherwise look at five and guess. */
    private static final String BYTES = "return redis.call('MEMORY', 'USAGE', KEYS[1], 'SAMPLES', 0)";

    private static final int PATIENCE_MS = 10_000;
    private static final Pattern CALLS = Pattern.compile("calls=(\\d+),");
    private static final String COMMAND = "cmdstat_";

    private final RedissonClient redisson;

    /**
     * How much it has done and holds.
     *
     * @param calls by command, the looks of this one not among them
     */
    record State(Map<String, Long> calls, long usedBytes, String version) {
        static final State UNKNOWN = new State(Map.of(), 0, "");
    }

    private RedisInfo(RedissonClient redisson) {
        this.redisson = redisson;
    }

    static RedisInfo open(String address) {
        Config config = new Config().setThreads(1).setNettyThreads(1).setCodec(StringCodec.INSTANCE);
        config.useSingleServer()
                .setAddress(address)
                .setConnectionPoolSize(1)
                .setConnectionMinimumIdleSize(1)
                .setSubscriptionConnectionMinimumIdleSize(0)
                // counting a million reservations takes its time
                .setTimeout(PATIENCE_MS);
        return new RedisInfo(Redisson.create(config));
    }

    State state() {
        Map<String, String> all =
                redisson.getRedisNodes(RedisNodes.SINGLE).getInstance().info(InfoSection.ALL);
        Map<String, Long> calls = new TreeMap<>();
        all.forEach((name, value) -> {
            Matcher count = CALLS.matcher(value);
            if (name.startsWith(COMMAND) && !name.equals(COMMAND + "info") && count.find()) {
                calls.put(name.substring(COMMAND.length()), Long.parseLong(count.group(1)));
            }
        });
        return new State(calls, Long.parseLong(all.get("used_memory")), all.get("redis_version"));
    }

    /** Bytes of each key of the sale, every element of it counted. */
    Map<String, Long> bytesByKey(String sale) {
        String prefix = "seckill:{" + sale + "}:";
        List<String> keys = new ArrayList<>();
        redisson.getKeys()
                .getKeys(KeysScanOptions.defaults().pattern(prefix + "*"))
                .forEach(keys::add);
        Collections.sort(keys);
        Map<String, Long> bytes = new LinkedHashMap<>();
        for (String key : keys) {
            long size = redisson.getScript(StringCodec.INSTANCE)
                    .eval(RScript.Mode.READ_ONLY, BYTES, RScript.ReturnType.LONG, List.of(key));
            bytes.put(key.substring(prefix.length()), size);
        }
        return bytes;
    }

    @Override
    public void close() {
        redisson.shutdown();
    }
}
