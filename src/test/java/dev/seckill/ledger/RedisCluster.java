package dev.seckill.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.RedisServer;
import dev.seckill.trial.RedisProcess;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/** A real Redis Cluster of masters that share the slots. */
final class RedisCluster implements AutoCloseable {
    private static final int SLOTS = 16_384;

    final List<RedisServer> masters;

    RedisCluster(int size) {
        masters = IntStream.range(0, size)
                .mapToObj(i -> RedisServer.start(
                        "cluster-enabled yes",
                        // else port + 10000, which may be more than there are
                        "cluster-port " + RedisProcess.freePort(),
                        "cluster-node-timeout 2000",
                        // the sales on living servers go on
                        "cluster-require-full-coverage no"))
                .toList();
        for (int i = 0; i < size; i++) {
            RawRedis master = raw(i);
            master.ask("CLUSTER", "ADDSLOTSRANGE", SLOTS * i / size, SLOTS * (i + 1) / size - 1);
            master.ask("CLUSTER", "SET-CONFIG-EPOCH", i + 1);
            if (i > 0) {
                raw(0).ask("CLUSTER", "MEET", "127.0.0.1", masters.get(i).port(), busPort(master));
            }
        }
        Awaitility.await("the cluster is complete")
                .pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> IntStream.range(0, size).forEach(i -> assertThat(raw(i).text("CLUSTER", "INFO"))
                        .contains("cluster_state:ok", "cluster_slots_ok:" + SLOTS, "cluster_known_nodes:" + size)));
    }

    private static Object busPort(RawRedis master) {
        return master.list("CONFIG", "GET", "cluster-port").get(1);
    }

    RawRedis raw(int master) {
        return new RawRedis(masters.get(master).port());
    }

    String[] addresses() {
        return masters.stream().map(RedisServer::address).toArray(String[]::new);
    }

    /** The master that has this key. */
    int masterOf(Object key) {
        long slot = (Long) raw(0).ask("CLUSTER", "KEYSLOT", key);
        return IntStream.range(0, masters.size())
                .filter(i -> slot < (long) SLOTS * (i + 1) / masters.size())
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        masters.forEach(RedisServer::close);
    }
}
