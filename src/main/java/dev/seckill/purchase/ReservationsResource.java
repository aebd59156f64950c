package dev.seckill.purchase;

import dev.seckill.http.Body;
import dev.seckill.http.Problem;
import dev.seckill.ledger.Attempt;
import dev.seckill.ledger.Found;
import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.Released;
import dev.seckill.ledger.Stamp;
import dev.seckill.sale.Sales;
import dev.seckill.stock.LocalStock;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleId;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Sells tickets, shows a buyer its own reservations, and takes them back. */
@Path("/")
@RequestScoped
@Produces(MediaType.APPLICATION_JSON)
public class ReservationsResource {
    private static final String KEY = "Idempotency-Key";

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
    PurchaseMetrics metrics;

    @Context
    HttpHeaders headers;

    @POST
    @Path("sales/{sale}/reservations")
    @Consumes(MediaType.APPLICATION_JSON)
    public CompletionStage<Response> reserve(
            @PathParam("sale") String name, @HeaderParam(KEY) String keyHeader, InputStream stream) {
        SaleId saleId = new SaleId(name);
        // Before anything that can take time: what this request knew when it was accepted.
        Stamp stamp = localStock.stamp(saleId);
        long deadlineMs = ledger.deadlineMs();
        BuyerId buyer = buyer();
        if (buyer == null) {
            return nobody();
        }
        ReservationId id = ReservationId.derive(saleId, buyer, key(keyHeader));
        long quantity = Body.read(stream, "quantity").whole("quantity");

        return sales.find(saleId).thenCompose(sale -> {
            if (sale.isEmpty()) {
                return answered(Answer.NO_SALE, null, id, deadlineMs);
            }
            Sale found = sale.get();
            if (quantity < 1 || quantity > found.limitPerBuyer()) {
                throw new BadInput("quantity is 1 to " + found.limitPerBuyer() + " in this sale.");
            }
            if (ledger.nowMs() < found.opensAtMs() - CLOCK_SLACK_MS) {
                return answered(Answer.NOT_YET, found, id, deadlineMs);
            }
            return localStock
                    .reserve(new Attempt(id, buyer, (int) quantity, stamp, deadlineMs))
                    .thenCompose(answer -> answered(answer, found, id, deadlineMs));
        });
    }

    private CompletionStage<Response> answered(Answer answer, Sale sale, ReservationId id, long deadlineMs) {
        metrics.count(answer.outcome());
        return CompletableFuture.completedStage(
                sale == null
                        ? Answers.refusal(answer, 0, 0).response()
                        : Answers.of(answer, sale, id, deadlineMs, ledger.nowMs()));
    }

    @GET
    @Path("reservations/{id}")
    public CompletionStage<Response> show(@PathParam("id") String name, @QueryParam("deadline_ms") long deadlineMs) {
        ReservationId id = ReservationId.parse(name);
        BuyerId buyer = buyer();
        if (buyer == null) {
            return nobody();
        }
        return ledger.find(id)
                .thenCombineAsync(
                        sales.find(id.sale()),
                        (found, sale) -> {
                            Reservation reservation = found.reservation();
                            if (reservation == null) {
                                return absent(id, found, deadlineMs);
                            }
                            return reservation.buyer().equals(buyer) && sale.isPresent()
                                    ? shown(reservation, sale.get())
                                    : Answers.noReservation().response();
                        },
                        ledger.answering());
    }

    /** Not there now; before its deadline it may still come, so "no" would be a guess. */
    private Response absent(ReservationId id, Found found, long deadlineMs) {
        boolean mayStillCome = found.nowMs() <= deadlineMs
                && deadlineMs <= found.nowMs() + ledger.budget().toMillis();
        return mayStillCome
                ? Answers.unknown(id, deadlineMs)
                : Answers.noReservation().response();
    }

    @DELETE
    @Path("reservations/{id}")
    public CompletionStage<Response> cancel(
            @PathParam("id") String name,
            @HeaderParam(KEY) String keyHeader,
            @QueryParam("deadline_ms") long deadlineMs) {
        ReservationId id = ReservationId.parse(name);
        BuyerId buyer = buyer();
        if (buyer == null) {
            return nobody();
        }
        boolean isOwn = keyHeader != null;
        if (isOwn && !ReservationId.derive(id.sale(), buyer, key(keyHeader)).equals(id)) {
            throw new BadInput("This Idempotency-Key of yours does not name that reservation.");
        }
        return sales.find(id.sale()).thenCompose(sale -> {
            if (sale.isEmpty()) {
                return CompletableFuture.completedStage(Answers.noReservation().response());
            }
            return localStock
                    .release(id, buyer, isOwn)
                    .thenApplyAsync(released -> cancelled(released, sale.get(), id, deadlineMs), ledger.answering());
        });
    }

    private Response cancelled(Released released, Sale sale, ReservationId id, long deadlineMs) {
        return switch (released.result()) {
            case CANCELLED -> shown(released.reservation(), sale);
            case ALREADY_ENDED ->
                released.reservation().status() == ReservationStatus.CANCELLED
                        ? shown(released.reservation(), sale)
                        : new Problem(
                                        409,
                                        "already-ended",
                                        "It has ended already",
                                        "Only a reservation that is still open can be cancelled.")
                                .with("status", released.reservation().status())
                                .response();
            case NOT_FOUND -> absent(id, new Found(null, ledger.nowMs()), deadlineMs);
            case NO_SALE -> Answers.noReservation().response();
            case BUSY -> Answers.refusal(Answer.BUSY, 0, 0).response();
            case UNKNOWN -> Answers.unknown(id, ledger.deadlineMs());
        };
    }

    private static Response shown(Reservation reservation, Sale sale) {
        return Response.ok(Answers.json(reservation, sale, null))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    private BuyerId buyer() {
        return buyers.of(headers::getHeaderString).orElse(null);
    }

    private CompletionStage<Response> nobody() {
        return CompletableFuture.completedStage(
                new Problem(401, "no-buyer", "Who is buying?", buyers.howToName()).response());
    }

    private static IdempotencyKey key(String header) {
        if (header == null) {
            throw new BadInput(
                    "The header Idempotency-Key is missing: a name of yours for this purchase, so that asking"
                            + " again is safe. A new UUID will do.");
        }
        return IdempotencyKey.parse(header);
    }
}
