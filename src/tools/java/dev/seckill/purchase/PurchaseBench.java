package dev.seckill.purchase;

import dev.seckill.http.Body;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.Price;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.SaleState;
import dev.seckill.trade.Standing;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the front door's own work costs a purchase: reading it, naming it, writing the answer. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PurchaseBench {
    private static final long NOW_MS = 1_760_000_000_123L;

    private final byte[] body = "{\"quantity\":1}".getBytes(StandardCharsets.US_ASCII);
    private final SaleId id = new SaleId("demo");
    private final BuyerId buyer = BuyerId.named("buyer-000123456");
    private final IdempotencyKey key = IdempotencyKey.parse("5f0c3f5e-9d52-4b8e-a0bd-1f6f6b6c8a11");
    private final Sale sale = new Sale(
            id,
            "Demo",
            new Price(5000, "EUR"),
            NOW_MS,
            0,
            Duration.ofMinutes(5),
            2,
            Duration.ofMillis(500),
            SaleState.OPEN,
            10_000,
            0,
            0,
            Standing.NONE,
            Sale.HeldBack.NOTHING,
            NOW_MS,
            false);
    private final Reservation reservation = new Reservation(
            ReservationId.derive(id, buyer, key), buyer, 1, ReservationStatus.RESERVED, NOW_MS, NOW_MS + 300_000);

    @Benchmark
    public long body() {
        return Body.read(new ByteArrayInputStream(body), "quantity").whole("quantity");
    }

    @Benchmark
    public ReservationId name() {
        return ReservationId.derive(id, buyer, key);
    }

    @Benchmark
    public String answer() {
        return AnswerMapper.json(reservation, sale, Outcome.RESERVED);
    }
}
