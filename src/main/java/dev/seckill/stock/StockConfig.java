package dev.seckill.stock;

import dev.seckill.trade.BadInput;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.eclipse.microprofile.config.Config;

/**
 * How this node shares in what is left. See microprofile-config.properties for each value's reason.
 *
 * @param node this node's name among the nodes of one ledger
 * @param weight its part of the traffic, as in nginx
 * @param rest how long given-back tickets rest before they are on sale, in the sales created here
 */
public record StockConfig(
        String node, int weight, int bufferPercent, Duration shareLease, Duration rest, int mostWaiting) {
    private static final int MOST_WEIGHT = 1_000;
    private static final int MOST_BUFFER = 1_000;
    private static final Duration SHORTEST_LEASE = Duration.ofSeconds(2);
    private static final Duration SHORTEST_REST = Duration.ofMillis(100);
    private static final Duration LONGEST_REST = Duration.ofSeconds(10);

    public StockConfig {
        if (weight < 1 || weight > MOST_WEIGHT) {
            throw new BadInput("seckill.node.weight is 1 to " + MOST_WEIGHT + ", not " + weight);
        }
        if (bufferPercent < 0 || bufferPercent > MOST_BUFFER) {
            throw new BadInput("seckill.stock.buffer-percent is 0 to " + MOST_BUFFER + ", not " + bufferPercent);
        }
        if (shareLease.compareTo(SHORTEST_LEASE) < 0) {
            throw new BadInput("seckill.stock.share-lease is at least " + SHORTEST_LEASE + ", not " + shareLease);
        }
        if (mostWaiting < 1) {
            throw new BadInput("seckill.stock.most-waiting is at least 1, not " + mostWaiting);
        }
        if (rest.compareTo(SHORTEST_REST) < 0 || rest.compareTo(LONGEST_REST) > 0) {
            throw new BadInput("seckill.stock.rest is " + SHORTEST_REST + " to " + LONGEST_REST + ", not " + rest);
        }
    }

    /** Two nodes of one name would share a share; a restarted one's old share is forgotten with its lease. */
    private static String ownName() {
        long process = ProcessHandle.current().pid();
        try {
            return InetAddress.getLocalHost().getHostName() + "-" + process;
        } catch (UnknownHostException e) {
            return "node-" + process;
        }
    }

    public static StockConfig from(Config config) {
        return new StockConfig(
                config.getOptionalValue("seckill.node.name", String.class).orElseGet(StockConfig::ownName),
                config.getValue("seckill.node.weight", Integer.class),
                config.getValue("seckill.stock.buffer-percent", Integer.class),
                config.getValue("seckill.stock.share-lease", Duration.class),
                config.getValue("seckill.stock.rest", Duration.class),
                config.getValue("seckill.stock.most-waiting", Integer.class));
    }
}
