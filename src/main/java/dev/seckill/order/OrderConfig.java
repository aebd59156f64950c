package dev.seckill.order;

import dev.seckill.database.DatabaseConfig;
import dev.seckill.trade.BadInput;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/**
 * Where the orders are kept and how they are written. See microprofile-config.properties for each value's reason.
 *
 * @param url of the database, as jdbc:postgresql://host:port/name; none: no orders are written
 * @param writer this node's name among the writers
 * @param lease after which a node that is not heard of writes no more
 * @param writers sales that this node writes at once
 * @param batchRows rows in one transaction, about
 * @param longestPause between looks at a sale in which nothing happens
 * @param reconcileEvery between two comparisons of a sale's ledger with its orders
 */
public record OrderConfig(
        Optional<String> url,
        String writer,
        Duration lease,
        int writers,
        int batchRows,
        Duration longestPause,
        Duration reconcileEvery) {
    private static final Duration SHORTEST_LEASE = Duration.ofSeconds(2);
    private static final Duration LONGEST_LEASE = Duration.ofMinutes(1);
    private static final Duration SHORTEST_RECONCILE = Duration.ofSeconds(1);
    private static final Duration LONGEST_RECONCILE = Duration.ofHours(1);
    private static final int MOST_WRITERS = 16;
    private static final int MOST_ROWS = 10_000;

    public OrderConfig {
        if (url.isPresent() && !url.get().startsWith("jdbc:postgresql:")) {
            throw new BadInput("seckill.database.url is jdbc:postgresql://host:port/name");
        }
        if (lease.compareTo(SHORTEST_LEASE) < 0 || lease.compareTo(LONGEST_LEASE) > 0) {
            throw new BadInput("seckill.order.lease is " + SHORTEST_LEASE + " to " + LONGEST_LEASE + ", not " + lease);
        }
        if (writers < 1 || writers > MOST_WRITERS) {
            throw new BadInput("seckill.order.writers is 1 to " + MOST_WRITERS + ", not " + writers);
        }
        if (batchRows < 1 || batchRows > MOST_ROWS) {
            throw new BadInput("seckill.order.batch-rows is 1 to " + MOST_ROWS + ", not " + batchRows);
        }
        if (reconcileEvery.compareTo(SHORTEST_RECONCILE) < 0 || reconcileEvery.compareTo(LONGEST_RECONCILE) > 0) {
            throw new BadInput("seckill.order.reconcile-every is " + SHORTEST_RECONCILE + " to " + LONGEST_RECONCILE
                    + ", not " + reconcileEvery);
        }
        if (longestPause.toMillis() < 1) {
            throw new BadInput("seckill.order.longest-pause is at least 1 ms, not " + longestPause);
        }
    }

    public static OrderConfig from(Config config, String node) {
        Optional<String> url = config.getOptionalValue("seckill.database.url", String.class);
        // Wrong settings of the connections fail the start, too, not the first of them.
        url.ifPresent(set -> DatabaseConfig.from(config));
        return new OrderConfig(
                url,
                node + "/" + Long.toString(System.nanoTime(), Character.MAX_RADIX),
                config.getValue("seckill.order.lease", Duration.class),
                config.getValue("seckill.order.writers", Integer.class),
                config.getValue("seckill.order.batch-rows", Integer.class),
                config.getValue("seckill.order.longest-pause", Duration.class),
                config.getValue("seckill.order.reconcile-every", Duration.class));
    }
}
