package dev.seckill;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * One Redis for all tests on a node; its address reaches the node through {@code arquillian.xml}, and so do the keys of
 * {@link TestIssuer}.
 */
public final class SharedRedis implements BeforeAllCallback {
    private static final String ADDRESS = "seckill.ledger.address";
    private static final String KEYS = "seckill.test.keys";

    @Override
    public void beforeAll(ExtensionContext context) {
        get(context);
    }

    /** The Redis itself, for tests that harm it. */
    public static RedisServer get(ExtensionContext context) {
        return context.getRoot()
                .getStore(Namespace.create(SharedRedis.class))
                .getOrComputeIfAbsent(
                        ADDRESS,
                        key -> {
                            RedisServer redis = RedisServer.start();
                            System.setProperty(ADDRESS, redis.address());
                            System.setProperty(KEYS, TestIssuer.keySetFile().toString());
                            return redis;
                        },
                        RedisServer.class);
    }
}
