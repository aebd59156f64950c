package dev.seckill.purchase;

import dev.seckill.http.Body;
import dev.seckill.ledger.Attempt;
import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.Stamp;
import dev.seckill.sale.Sales;
import dev.seckill.stock.LocalStock;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleId;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Sells tickets. One for all requests: to make and inject one for each took a twentieth of a purchase. */
@Path("sales/{sale}/reservations")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
public class ReservationsResource {
    /** One second before opening a node stops refusing by its own estimate of the time and lets the ledger say it. */
    private static final long CLOCK_SLACK_MS = 1_000;

    @Inject
    Sales sales;

    @Inject
    LocalStock localStock;

    @Inject
    Ledger ledger;

    @Inject
    Buyers buyers;

    @Inject
    InFlight inFlight;

    @Inject
    PurchaseMetrics metrics;

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public CompletionStage<Response> reserve(
            @PathParam("sale") String name,
            @HeaderParam("Idempotency-Key") String keyHeader,
            @Context HttpHeaders headers,
            InputStream stream) {
        SaleId saleId = new SaleId(name);
        // Before anything that can take time: what this request knew when it was accepted.
        Stamp stamp = localStock.stamp(saleId);
        long deadlineMs = ledger.deadlineMs();
        BuyerId buyer = buyers.require(headers::getHeaderString);
        ReservationId id = ReservationId.derive(saleId, buyer, IdempotencyKey.parse(keyHeader));
        long quantity = Body.read(stream, "quantity").whole("quantity");

        return inFlight.let(
                () -> sell(id, buyer, quantity, stamp, deadlineMs), () -> now(Answer.BUSY, null, id, deadlineMs));
    }

    private CompletionStage<Response> sell(
            ReservationId id, BuyerId buyer, long quantity, Stamp stamp, long deadlineMs) {
        return sales.find(id.sale()).thenCompose(sale -> {
            if (sale.isEmpty()) {
                return now(Answer.NO_SALE, null, id, deadlineMs);
            }
            Sale found = sale.get();
            if (quantity < 1 || quantity > found.limitPerBuyer()) {
                throw new BadInput("quantity is 1 to " + found.limitPerBuyer() + " in this sale.");
            }
            if (ledger.nowMs() < found.opensAtMs() - CLOCK_SLACK_MS) {
                return now(Answer.NOT_YET, found, id, deadlineMs);
            }
            return localStock
                    .reserve(new Attempt(id, buyer, (int) quantity, stamp, deadlineMs))
                    .thenApply(answer -> answered(answer, found, id, deadlineMs));
        });
    }

    private CompletionStage<Response> now(Answer answer, Sale sale, ReservationId id, long deadlineMs) {
        return CompletableFuture.completedStage(answered(answer, sale, id, deadlineMs));
    }

    private Response answered(Answer answer, Sale sale, ReservationId id, long deadlineMs) {
        metrics.count(answer.outcome());
        return sale == null
                ? AnswerMapper.refusal(answer, 0, 0).response()
                : AnswerMapper.of(answer, sale, id, deadlineMs, ledger.nowMs());
    }
}
