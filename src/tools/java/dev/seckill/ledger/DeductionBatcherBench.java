package dev.seckill.ledger;

import dev.seckill.ledger.LedgerConfig.Topology;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/** What batching costs, from submitting an attempt until its answer is there, by how many submit and wait. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class DeductionBatcherBench {
    private static final Answer RESERVED = new Answer(Outcome.RESERVED);
    private static final SaleId SALE = new SaleId("sale");
    private static final BuyerId BUYER = BuyerId.named("buyer");

    private static final int ANSWER_THREADS = 4;

    /** With the thread's waking up it makes about 200 µs, as long as Redis takes for a small batch. */
    private static final long REDIS_NANOS = TimeUnit.MICROSECONDS.toNanos(140);

    /** Where the answer comes from. */
    public enum Redis {
        /** The submitting thread itself, and it answers too. */
        IMMEDIATE,
        /** Another thread, after a while; four more answer. */
        REMOTE
    }

    private final Attempt attempt = new Attempt(
            ReservationId.derive(SALE, BUYER, IdempotencyKey.parse("key")), BUYER, 1, Stamp.OLDEST, Long.MAX_VALUE);

    @Param
    private Redis redis;

    private final ExecutorService remote = Executors.newSingleThreadExecutor();
    private final ExecutorService answering = Executors.newFixedThreadPool(ANSWER_THREADS);
    private DeductionBatcher batcher;

    @Setup
    public void open() {
        batcher = redis == Redis.IMMEDIATE
                ? new DeductionBatcher(
                        attempts -> CompletableFuture.completedStage(reserved(attempts)),
                        config(),
                        () -> 0,
                        Runnable::run)
                : new DeductionBatcher(this::send, config(), () -> 0, answering);
    }

    private CompletionStage<List<Answer>> send(List<Attempt> attempts) {
        return CompletableFuture.supplyAsync(
                () -> {
                    LockSupport.parkNanos(REDIS_NANOS);
                    return reserved(attempts);
                },
                remote);
    }

    private static List<Answer> reserved(List<Attempt> attempts) {
        return Collections.nCopies(attempts.size(), RESERVED);
    }

    private static LedgerConfig config() {
        return new LedgerConfig(
                Topology.SINGLE,
                List.of("redis://127.0.0.1:6379"),
                "",
                Optional.empty(),
                Optional.empty(),
                true,
                0,
                8,
                Duration.ofSeconds(1),
                Duration.ofSeconds(3),
                128,
                4096,
                ANSWER_THREADS,
                0);
    }

    @TearDown
    public void close() {
        remote.shutdownNow();
        answering.shutdownNow();
    }

    @Benchmark
    public Answer one() {
        return submit();
    }

    @Benchmark
    @Threads(2)
    public Answer two() {
        return submit();
    }

    @Benchmark
    @Threads(64)
    public Answer sixtyFour() {
        return submit();
    }

    private Answer submit() {
        return batcher.submit(attempt).toCompletableFuture().join();
    }
}
