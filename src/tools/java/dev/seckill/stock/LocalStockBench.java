package dev.seckill.stock;

import dev.seckill.ledger.Attempt;
import dev.seckill.ledger.ImmediateLedger;
import dev.seckill.ledger.Stamp;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** What this node's own part of a sale costs a request: the gate, the share, and all but the ledger. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LocalStockBench {
    private static final int WINNERS = 10_000;
    private static final SaleId OPEN = new SaleId("open");
    private static final SaleId EMPTY = new SaleId("empty");
    private static final SaleId NEW = new SaleId("new");

    private final BuyerId winner = BuyerId.named("winner-" + WINNERS / 2);
    private final BuyerId other = BuyerId.named("somebody-else");
    private final Share share = new Share();
    private LocalStock stock;
    private Attempt attempt;

    @Setup
    public void open() {
        List<String> winners =
                IntStream.range(0, WINNERS).mapToObj(i -> "winner-" + i).toList();
        ImmediateLedger ledger = new ImmediateLedger(winners);
        stock = new LocalStock(
                ledger,
                new StockConfig("bench", 1, 50, Duration.ofSeconds(3), Duration.ofMillis(500), Integer.MAX_VALUE));
        ledger.tell(OPEN, 1_000_000);
        ledger.tell(EMPTY, 0);
        if (!stock.refuses(EMPTY, other) || stock.refuses(EMPTY, winner) || stock.refuses(OPEN, other)) {
            throw new IllegalStateException("the gates do not stand as they should");
        }
        ReservationId id = ReservationId.derive(NEW, other, IdempotencyKey.parse("key"));
        attempt = new Attempt(id, other, 1, Stamp.OLDEST, Long.MAX_VALUE);
        share.grant(Long.MAX_VALUE / 2);
    }

    @Benchmark
    public boolean openGate() {
        return stock.refuses(OPEN, other);
    }

    @Benchmark
    public boolean closedGate() {
        return stock.refuses(EMPTY, other);
    }

    @Benchmark
    public boolean closedGateBeforeAWinner() {
        return stock.refuses(EMPTY, winner);
    }

    @Benchmark
    @Threads(2)
    public boolean closedGateByTwo() {
        return stock.refuses(EMPTY, other);
    }

    @Benchmark
    public CompletionStage<Answer> reserve() {
        return stock.reserve(attempt);
    }

    @Benchmark
    @Threads(2)
    public CompletionStage<Answer> reserveByTwo() {
        return stock.reserve(attempt);
    }

    @Benchmark
    public boolean share() {
        boolean taken = share.take(1);
        share.giveBack(1);
        return taken;
    }

    @Benchmark
    @Threads(2)
    public boolean shareByTwo() {
        boolean taken = share.take(1);
        share.giveBack(1);
        return taken;
    }
}
