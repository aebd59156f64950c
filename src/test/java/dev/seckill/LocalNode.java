package dev.seckill;

import dev.seckill.ledger.Attempt;
import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.LedgerConfig;
import dev.seckill.ledger.LedgerListener;
import dev.seckill.ledger.Ledgers;
import dev.seckill.ledger.Released;
import dev.seckill.stock.Expiry;
import dev.seckill.stock.LocalStock;
import dev.seckill.stock.StockConfig;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.Price;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A node without its server: the ledger, the stock and the tick of one. Several in one JVM share nothing but Redis. */
public final class LocalNode implements AutoCloseable {
    public static final Duration REST = Duration.ofMillis(500);

    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration BUDGET = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final AtomicInteger SALES = new AtomicInteger();

    public final Ledger ledger;
    public final LocalStock stock;
    public final Expiry expiry;

    private final Set<SaleId> known = ConcurrentHashMap.newKeySet();
    private final Duration rest;

    private LocalNode(LedgerConfig ledgerConfig, StockConfig stockConfig, LedgerListener batches) {
        ledger = Ledgers.open(ledgerConfig, batches);
        stock = new LocalStock(ledger, stockConfig);
        expiry = new Expiry(ledger);
        rest = stockConfig.rest();
    }

    public static LocalNode start(RedisServer redis, String name) {
        return start(redis, settings(name, 1));
    }

    public static LocalNode start(RedisServer redis, StockConfig stock) {
        return start(Ledgers.config(redis.address(), TIMEOUT, BUDGET), stock, (attempts, nanos) -> {});
    }

    public static LocalNode start(LedgerConfig ledger, StockConfig stock, LedgerListener batches) {
        return new LocalNode(ledger, stock, batches);
    }

    /** Without a buffer, so that a share is exactly the node's part. */
    public static StockConfig settings(String name, int weight) {
        return settings(name, weight, REST);
    }

    public static StockConfig settings(String name, int weight, Duration rest) {
        return new StockConfig(name, weight, 0, Duration.ofSeconds(3), rest, 4_096);
    }

    /** A new sale, open for ever, with no limit that matters. */
    public static SaleDefinition sale(long capacity) {
        return sale(capacity, 0, 100);
    }

    public static SaleDefinition sale(long capacity, long opensAtMs, int limitPerBuyer) {
        return new SaleDefinition(
                new SaleId("sale-" + SALES.incrementAndGet()),
                "A concert",
                capacity,
                new Price(4_900, "EUR"),
                opensAtMs,
                0,
                Duration.ofHours(1),
                limitPerBuyer);
    }

    public SaleId putOn(long capacity) {
        return putOn(sale(capacity));
    }

    public SaleId putOn(SaleDefinition sale) {
        now(ledger.create(sale, rest));
        meet(sale.id());
        return sale.id();
    }

    /** Looks at a sale, as a node does with each sale once. */
    public Sale meet(SaleId sale) {
        known.add(sale);
        return now(ledger.show(sale)).orElseThrow();
    }

    /** What the timer does every second. */
    public void tick() {
        ledger.tend();
        expiry.tend(known);
        stock.tend();
    }

    /** What a request that is accepted now will ask for. */
    public Attempt accept(SaleId sale, String buyer, String key, int quantity) {
        BuyerId id = BuyerId.named(buyer);
        return new Attempt(
                ReservationId.derive(sale, id, new IdempotencyKey(key)),
                id,
                quantity,
                stock.stamp(sale),
                ledger.deadlineMs());
    }

    /** The whole way of a request through this node: its gate, its share, the ledger. */
    public CompletableFuture<Answer> ask(Attempt attempt) {
        return stock.refuses(attempt.sale(), attempt.buyer())
                ? CompletableFuture.completedFuture(Answer.SOLD_OUT)
                : stock.reserve(attempt).toCompletableFuture();
    }

    /** One ticket, under this buyer's usual key. */
    public CompletableFuture<Answer> ask(SaleId sale, String buyer) {
        return ask(accept(sale, buyer, "key", 1));
    }

    public Answer buy(SaleId sale, String buyer, String key, int quantity) {
        return now(ask(accept(sale, buyer, key, quantity)));
    }

    public Outcome buy(SaleId sale, String buyer) {
        return now(ask(sale, buyer)).outcome();
    }

    /** Gives back what the buyer has under its usual key. */
    public Released cancel(SaleId sale, String buyer) {
        BuyerId id = BuyerId.named(buyer);
        return now(stock.release(ReservationId.derive(sale, id, new IdempotencyKey("key")), id, true));
    }

    /** The answer, soon. */
    public static <T> T now(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    @Override
    public void close() {
        ledger.close();
    }
}
