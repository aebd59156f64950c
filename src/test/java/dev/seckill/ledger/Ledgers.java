package dev.seckill.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.RedisServer;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** Opens ledgers for tests, as a node has one, without a container. */
public final class Ledgers {
    private static final int THREADS = 4;
    private static final Executor ANSWERING = Executors.newFixedThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "answering");
        thread.setDaemon(true);
        return thread;
    });

    private Ledgers() {}

    /** Production's settings, but for what a test needs to be quick. */
    public static LedgerConfig config(String address, Duration timeout, Duration budget) {
        return config(address, timeout, budget, 8, 128, 4_096);
    }

    public static LedgerConfig config(
            String address, Duration timeout, Duration budget, int connections, int batchSize, int mostWaiting) {
        return new LedgerConfig(
                LedgerConfig.Topology.SINGLE,
                List.of(address),
                "",
                Optional.empty(),
                Optional.empty(),
                true,
                0,
                connections,
                timeout,
                budget,
                batchSize,
                mostWaiting,
                THREADS,
                1_000);
    }

    /** One that is in contact with its Redis. */
    public static Ledger open(LedgerConfig config, LedgerListener batches) {
        Ledger ledger = new Ledger(config, batches, ANSWERING);
        ledger.tend();
        return ledger;
    }

    /** All that ever moved in a sale, oldest first, after an audit has found nothing wrong with it. */
    public static List<Movement> auditedMovements(RedisServer redis, SaleId sale) {
        return auditedMovements(redis.port(), sale);
    }

    /** The same of the Redis that listens there. */
    public static List<Movement> auditedMovements(int redisPort, SaleId sale) {
        String address = "redis://127.0.0.1:" + redisPort;
        try (Auditor auditor = Auditor.open(address, Optional.empty(), Optional.empty(), progress -> {})) {
            assertThat(auditor.audit(sale).orElseThrow().findings())
                    .as("what an audit finds wrong with %s", sale)
                    .isEmpty();
        }
        return Books.read(new RawRedis(redisPort), new Keys(sale)).movements();
    }
}
