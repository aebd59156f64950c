package dev.seckill.purchase;

import dev.seckill.http.Reply;
import dev.seckill.ledger.Attempt;
import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.Stamp;
import dev.seckill.limit.Limits;
import dev.seckill.sale.Sales;
import dev.seckill.stock.LocalStock;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Sells, once it is understood what is asked for: the same for the doorkeeper and for JAX-RS. */
@ApplicationScoped
public class Purchases {
    /** One second before opening a node stops refusing by its own estimate of the time and lets the ledger say it. */
    private static final long CLOCK_SLACK_MS = 1_000;

    private Sales sales;
    private LocalStock localStock;
    private Ledger ledger;
    private Limits limits;
    private InFlight inFlight;
    private PurchaseMetrics metrics;

    /** What a request knew when it was accepted. It is taken before anything that can take time. */
    public record Accepted(SaleId sale, Stamp stamp, long deadlineMs, long atNanos) {}

    @Inject
    Purchases(
            Sales sales,
            LocalStock localStock,
            Ledger ledger,
            Limits limits,
            InFlight inFlight,
            PurchaseMetrics metrics) {
        this.sales = sales;
        this.localStock = localStock;
        this.ledger = ledger;
        this.limits = limits;
        this.inFlight = inFlight;
        this.metrics = metrics;
    }

    /** For the container's proxy. */
    Purchases() {}

    public Accepted accept(SaleId sale) {
        return new Accepted(sale, localStock.stamp(sale), ledger.deadlineMs(), System.nanoTime());
    }

    /** Sells; fails with {@link BadInput} on a quantity that the sale does not allow. */
    public CompletionStage<Reply> reserve(Accepted accepted, BuyerId buyer, IdempotencyKey key, long quantity) {
        Optional<Reply> tooMany = limits.purchase(buyer);
        if (tooMany.isPresent()) {
            return CompletableFuture.completedStage(tooMany.get());
        }
        ReservationId id = ReservationId.derive(accepted.sale, buyer, key);
        return inFlight.let(() -> sell(accepted, id, buyer, quantity), () -> now(Answer.BUSY, null, id, accepted))
                .whenComplete((reply, fault) -> countFault(fault, accepted));
    }

    private void countFault(Throwable fault, Accepted accepted) {
        Throwable cause = fault instanceof CompletionException ? fault.getCause() : fault;
        if (cause != null && !(cause instanceof BadInput)) {
            metrics.countFault(accepted.atNanos);
        }
    }

    private CompletionStage<Reply> sell(Accepted accepted, ReservationId id, BuyerId buyer, long quantity) {
        return sales.find(accepted.sale).thenCompose(sale -> {
            if (sale.isEmpty()) {
                return now(Answer.NO_SALE, null, id, accepted);
            }
            Sale found = sale.get();
            if (quantity < 1 || quantity > found.limitPerBuyer()) {
                throw new BadInput("quantity is 1 to " + found.limitPerBuyer() + " in this sale.");
            }
            if (ledger.nowMs() < found.opensAtMs() - CLOCK_SLACK_MS) {
                return now(Answer.NOT_YET, found, id, accepted);
            }
            return localStock
                    .reserve(new Attempt(id, buyer, (int) quantity, accepted.stamp, accepted.deadlineMs))
                    .thenApply(answer -> answered(answer, found, id, accepted));
        });
    }

    private CompletionStage<Reply> now(Answer answer, Sale sale, ReservationId id, Accepted accepted) {
        return CompletableFuture.completedStage(answered(answer, sale, id, accepted));
    }

    private Reply answered(Answer answer, Sale sale, ReservationId id, Accepted accepted) {
        metrics.count(accepted.sale, answer.outcome(), accepted.atNanos);
        return sale == null
                ? AnswerMapper.refusal(answer, 0, 0).reply()
                : AnswerMapper.of(answer, sale, id, accepted.deadlineMs, ledger.nowMs());
    }
}
