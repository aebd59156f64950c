package dev.seckill.ledger;

import org.redisson.client.codec.StringCodec;
import org.redisson.config.BaseConfig;
import org.redisson.config.BaseMasterSlaveServersConfig;
import org.redisson.config.Config;
import org.redisson.config.ReadMode;
import org.redisson.config.SubscriptionMode;

/** How Redisson is set up, where its defaults do harm: it re-sends unseen, reads from replicas, and is made for 32 cores. */
final class RedissonConfig {
    /** Two are enough to keep one Redis busy: a batch is one call. */
    private static final int NETTY_THREADS = 2;

    private static final int PING_MS = 5_000;
    private static final int SCAN_MS = 1_000;

    private RedissonConfig() {}

    static Config of(LedgerConfig ledger) {
        Config config = new Config();
        config.setCodec(StringCodec.INSTANCE).setThreads(2).setNettyThreads(NETTY_THREADS);
        ledger.username().ifPresent(config::setUsername);
        ledger.password().ifPresent(config::setPassword);
        switch (ledger.topology()) {
            case SINGLE ->
                limits(config.useSingleServer(), ledger)
                        .setAddress(ledger.addresses().get(0))
                        .setConnectionPoolSize(ledger.connections())
                        .setConnectionMinimumIdleSize(1)
                        .setSubscriptionConnectionMinimumIdleSize(0);
            case SENTINEL ->
                masters(config.useSentinelServers(), ledger)
                        .setMasterName(ledger.sentinelMaster())
                        .setScanInterval(SCAN_MS)
                        .addSentinelAddress(ledger.addresses().toArray(String[]::new));
            case CLUSTER ->
                masters(config.useClusterServers(), ledger)
                        .setScanInterval(SCAN_MS)
                        .addNodeAddress(ledger.addresses().toArray(String[]::new));
        }
        return config;
    }

    private static <T extends BaseConfig<T>> T limits(T servers, LedgerConfig ledger) {
        int timeoutMs = (int) ledger.timeout().toMillis();
        return servers.setRetryAttempts(0)
                .setTimeout(timeoutMs)
                .setConnectTimeout(timeoutMs)
                .setPingConnectionInterval(PING_MS);
    }

    /** The truth is with the masters; replicas only keep it. */
    private static <T extends BaseMasterSlaveServersConfig<T>> T masters(T servers, LedgerConfig ledger) {
        return limits(servers, ledger)
                .setReadMode(ReadMode.MASTER)
                .setSubscriptionMode(SubscriptionMode.MASTER)
                .setMasterConnectionPoolSize(ledger.connections())
                .setMasterConnectionMinimumIdleSize(1)
                .setSlaveConnectionPoolSize(1)
                .setSlaveConnectionMinimumIdleSize(0)
                .setSubscriptionConnectionMinimumIdleSize(0);
    }
}
