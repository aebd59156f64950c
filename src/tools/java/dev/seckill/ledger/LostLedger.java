package dev.seckill.ledger;

import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.api.redisnode.RedisNode.InfoSection;
import org.redisson.api.redisnode.RedisNodes;
import org.redisson.client.RedisException;
import org.redisson.client.codec.StringCodec;

/** A ledger that has lost something, for whoever rebuilds it. */
public final class LostLedger implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final RedissonClient redisson;
    private final LedgerConfig config;

    private LostLedger(RedissonClient redisson, LedgerConfig config) {
        this.redisson = redisson;
        this.config = config;
    }

    /** At redis://host:port or rediss://host:port; throws {@link LedgerAway}. */
    public static LostLedger open(String address, Optional<String> username, Optional<String> password) {
        LedgerConfig config = OpenLedger.config(address, username, password, TIMEOUT);
        try {
            RedissonClient redisson = Redisson.create(RedissonConfig.of(config));
            refuseCluster(redisson);
            return new LostLedger(redisson, config);
        } catch (RedisException e) {
            throw new LedgerAway("The ledger at " + address + " does not answer (" + e.getMessage() + ").");
        }
    }

    private static void refuseCluster(RedissonClient redisson) {
        String enabled = redisson.getRedisNodes(RedisNodes.SINGLE)
                .getInstance()
                .info(InfoSection.CLUSTER)
                .get("cluster_enabled");
        if ("1".equals(enabled)) {
            redisson.shutdown();
            throw new LedgerAway("A Redis Cluster can't be rebuilt by this yet.");
        }
    }

    /** Those that it lists; it may have lost others. */
    public Set<SaleId> sales() {
        return redisson.<String>getSet(Keys.SALES, StringCodec.INSTANCE).readAll().stream()
                .map(SaleId::new)
                .collect(Collectors.toCollection(
                        () -> new TreeSet<>((a, b) -> a.value().compareTo(b.value()))));
    }

    public LostSale sale(SaleId sale) {
        return new LostSale(redisson, config, sale);
    }

    @Override
    public void close() {
        redisson.shutdown();
    }
}
