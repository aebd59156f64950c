package dev.seckill.ledger;

import dev.seckill.trade.BadInput;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/**
 * Where the ledger is and what it is asked with. See microprofile-config.properties for each value's reason.
 *
 * @param addresses one server, or the sentinels or some cluster nodes, as redis://host:port or rediss://host:port
 * @param sentinelMaster name of the master that the sentinels watch
 * @param durable whether it must keep every acknowledged write on disk; false sells all the same, and says so aloud
 * @param replicas how many replicas must have a write before it is acknowledged
 * @param timeout after which a call's answer is in doubt
 * @param budget how long an attempt may take from acceptance to the script
 */
public record LedgerConfig(
        Topology topology,
        List<String> addresses,
        String sentinelMaster,
        Optional<String> username,
        Optional<String> password,
        boolean durable,
        int replicas,
        int connections,
        Duration timeout,
        Duration budget,
        int batchSize,
        int mostWaiting,
        int answerThreads,
        int mostCancelledAhead) {
    /** How the Redis servers hang together. */
    public enum Topology {
        SINGLE,
        SENTINEL,
        CLUSTER
    }

    /** Lua's unpack holds 8 000 values and a batch unpacks up to two per attempt; far below that, gain has ended. */
    private static final int LARGEST_BATCH = 1_000;

    public LedgerConfig {
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty() || addresses.stream().anyMatch(address -> !address.matches("rediss?://[^/@]+:\\d+"))) {
            throw new BadInput("seckill.ledger.address is redis://host:port or rediss://host:port"
                    + " (several with commas between them for sentinel and cluster), not " + addresses);
        }
        if (topology == Topology.SINGLE && addresses.size() != 1) {
            throw new BadInput(
                    "seckill.ledger.topology=SINGLE has one seckill.ledger.address, not " + addresses.size());
        }
        if (batchSize < 1 || batchSize > LARGEST_BATCH) {
            throw new BadInput("seckill.ledger.batch-size is 1 to " + LARGEST_BATCH + ", not " + batchSize);
        }
        if (timeout.toMillis() < 1 || budget.compareTo(timeout) < 0) {
            throw new BadInput("seckill.ledger.timeout is at least 1 ms and at most seckill.ledger.budget, not "
                    + timeout + " and " + budget);
        }
        if (connections < 1 || mostWaiting < 1 || answerThreads < 1 || replicas < 0 || mostCancelledAhead < 0) {
            throw new BadInput("seckill.ledger.connections, most-waiting and answer-threads are at least 1,"
                    + " seckill.ledger.replicas and most-cancelled-ahead at least 0.");
        }
    }

    public static LedgerConfig from(Config config) {
        return new LedgerConfig(
                config.getValue("seckill.ledger.topology", Topology.class),
                config.getValues("seckill.ledger.address", String.class),
                config.getValue("seckill.ledger.sentinel-master", String.class),
                config.getOptionalValue("seckill.ledger.username", String.class),
                Password.of(config, "seckill.ledger.password"),
                config.getValue("seckill.ledger.durable", Boolean.class),
                config.getValue("seckill.ledger.replicas", Integer.class),
                config.getValue("seckill.ledger.connections", Integer.class),
                config.getValue("seckill.ledger.timeout", Duration.class),
                config.getValue("seckill.ledger.budget", Duration.class),
                config.getValue("seckill.ledger.batch-size", Integer.class),
                config.getValue("seckill.ledger.most-waiting", Integer.class),
                config.getValue("seckill.ledger.answer-threads", Integer.class),
                config.getValue("seckill.ledger.most-cancelled-ahead", Integer.class));
    }

    @Override
    public String toString() {
        return topology + " " + addresses;
    }
}
