package dev.seckill.ledger;

import dev.seckill.trade.Answer;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What it costs an attempt, in a batch of 64, to be put into the script's words and its answer into the trade's. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DeductScriptBench {
    private static final int BATCH = 64;
    private static final SaleId SALE = new SaleId("sale");

    private final List<Attempt> attempts =
            IntStream.range(0, BATCH).mapToObj(DeductScriptBench::attempt).toList();
    private final Reply reply = reply();

    private static Attempt attempt(int i) {
        BuyerId buyer = BuyerId.named("buyer-" + i);
        ReservationId id = ReservationId.derive(SALE, buyer, IdempotencyKey.parse("key-" + i));
        return new Attempt(id, buyer, 1, new Stamp(1, 1 + i), 1_000_000 + i);
    }

    private static Reply reply() {
        // verdict, standing (5), restock, now, rest, due
        String verdicts = String.join("\n", Collections.nCopies(BATCH, "RESERVED"));
        return new Reply(
                List.of("OK", 1L, 1000L, 1L, 5000L, 0L, 0L, 1_000_000L, 500L, 5_000L, 2_000_000L, verdicts),
                System.nanoTime());
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public Object[] args() {
        return DeductScript.args(attempts);
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public List<Answer> answers() {
        return DeductScript.answers(attempts, reply);
    }
}
