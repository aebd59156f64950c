package dev.seckill.ledger;

import dev.seckill.RedisServer;
import dev.seckill.trade.Price;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/** What the ledger's tests work on: a Redis of their own, scripts called as a test likes, and ledgers of nodes. */
final class Bench implements AutoCloseable {
    static final Duration HOLD = Duration.ofMinutes(5);

    /** Longer than any answer may take here: what is asked has an end of its own, long before. */
    private static final int PATIENCE_S = 20;

    private static final AtomicInteger NAMES = new AtomicInteger();

    final RedisServer server;
    final RawRedis raw;

    /** The way of the scripts, without the batches and what a node keeps in memory. */
    final Redis scripts;

    private final List<Ledger> nodes = new ArrayList<>();

    Bench(String... serverSettings) {
        server = RedisServer.start(serverSettings);
        raw = new RawRedis(server.port());
        scripts = new Redis(settings().notDurable().config());
        reach(scripts);
    }

    private static void reach(Redis redis) {
        String problem = redis.notDurable();
        if (!problem.isEmpty()) {
            throw new IllegalStateException(problem);
        }
    }

    Settings settings() {
        return new Settings(server.address());
    }

    /** The ledger as one more node has it, in contact with Redis. */
    Ledger node(Settings settings) {
        Ledger node = new Ledger(settings.config(), (attempts, nanos) -> {}, Runnable::run);
        nodes.add(node);
        node.tend();
        return node;
    }

    /** A new sale, open now. */
    SaleOnRedis sale(long capacity, int limitPerBuyer) {
        return sale(definition(capacity, limitPerBuyer, 0, 0));
    }

    SaleOnRedis sale(SaleDefinition definition) {
        SaleOnRedis sale = new SaleOnRedis(definition.id(), scripts, raw);
        sale.create(definition);
        return sale;
    }

    static SaleDefinition definition(long capacity, int limitPerBuyer, long opensAtMs, long closesAtMs) {
        SaleId id = new SaleId("sale-" + NAMES.incrementAndGet());
        Price price = new Price(4_500, "EUR");
        return new SaleDefinition(id, "A concert", capacity, price, opensAtMs, closesAtMs, HOLD, limitPerBuyer);
    }

    /** A ledger that sells again after its Redis was away: it is tended, as by the timer, until it shows the sale. */
    static void awaitSelling(Ledger node, SaleOnRedis sale) {
        Awaitility.await("the ledger is back")
                .pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(PATIENCE_S))
                .ignoreExceptions()
                .until(() -> {
                    node.tend();
                    sale.timeGoesOn();
                    return node.notDurable().isEmpty()
                            && !await(node.show(sale.id)).orElseThrow().recovering();
                });
    }

    static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE_S, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        nodes.forEach(Ledger::close);
        scripts.close();
        server.close();
    }
}
