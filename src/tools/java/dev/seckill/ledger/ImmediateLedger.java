package dev.seckill.ledger;

import dev.seckill.trade.Answer;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.Standing;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A ledger without Redis, for measuring what is above it: it reserves for everybody, at once and on the caller's thread. */
public final class ImmediateLedger extends Ledger {
    private static final long PLENTY = 1L << 60;
    private static final long LEASE_MS = TimeUnit.DAYS.toMillis(1);

    private final List<String> winners;
    private Consumer<Heard> listener = heard -> {};

    /** Of sales that those buyers have won in. */
    public ImmediateLedger(List<String> winners) {
        this.winners = winners;
    }

    @Override
    public void onHeard(Consumer<Heard> heard) {
        listener = heard;
    }

    /** Says that so many are left; none: for a day. */
    public void tell(SaleId sale, long remaining) {
        listener.accept(heard(sale, remaining));
    }

    private static Heard heard(SaleId sale, long remaining) {
        return new Heard(sale, new Standing(1, PLENTY - remaining, 1, remaining, 0), LEASE_MS, System.nanoTime());
    }

    @Override
    public CompletionStage<Answer> deduct(Attempt attempt) {
        return CompletableFuture.completedStage(new Answer(
                Outcome.RESERVED,
                new Reservation(
                        attempt.id(), attempt.buyer(), attempt.quantity(), ReservationStatus.RESERVED, 0, LEASE_MS),
                ""));
    }

    @Override
    public CompletionStage<Grant> share(
            SaleId sale, String node, int weight, Duration lease, int atLeast, int bufferPercent) {
        return CompletableFuture.completedStage(new Grant(heard(sale, PLENTY), PLENTY));
    }

    @Override
    public CompletionStage<Void> buyers(SaleId sale, long epoch, Consumer<String> consumer) {
        winners.forEach(consumer);
        return CompletableFuture.completedStage(null);
    }
}
