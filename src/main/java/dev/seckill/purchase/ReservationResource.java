package dev.seckill.purchase;

import dev.seckill.http.Problem;
import dev.seckill.http.Reply;
import dev.seckill.identity.Caller;
import dev.seckill.identity.Role;
import dev.seckill.ledger.Found;
import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.Released;
import dev.seckill.limit.Limits;
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
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Shows a buyer its own reservation, and takes it back. */
@Path("reservations/{id}")
@Singleton
@RolesAllowed(Role.BUYER)
@Produces(MediaType.APPLICATION_JSON)
public class ReservationResource {
    @Inject
    Sales sales;

    @Inject
    LocalStock localStock;

    @Inject
    Ledger ledger;

    @Inject
    Limits limits;

    @GET
    public CompletionStage<Response> show(
            @PathParam("id") String name,
            @QueryParam("deadline_ms") String deadline,
            @Context SecurityContext security) {
        ReservationId id = ReservationId.parse(name);
        long deadlineMs = deadlineMs(deadline);
        BuyerId buyer = ((Caller) security.getUserPrincipal()).buyer();
        Optional<Reply> tooMany = limits.poll(buyer);
        if (tooMany.isPresent()) {
            return CompletableFuture.completedStage(tooMany.get().response());
        }
        return sales.find(id.sale()).thenCompose(sale -> {
            if (sale.isEmpty()) {
                return CompletableFuture.completedStage(
                        AnswerMapper.noReservation().response());
            }
            return ledger.find(id, deadlineMs)
                    .thenApplyAsync(found -> found(found, sale.get(), buyer, id, deadlineMs), ledger.answering());
        });
    }

    private Response found(Found found, Sale sale, BuyerId buyer, ReservationId id, long deadlineMs) {
        Reservation reservation = found.reservation();
        if (reservation == null) {
            return absent(id, found, deadlineMs);
        }
        return reservation.buyer().equals(buyer)
                ? shown(AnswerMapper.json(found, sale))
                : AnswerMapper.noReservation().response();
    }

    private static long deadlineMs(String text) {
        try {
            return text == null ? 0 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new BadInput("deadline_ms is a time in ms, as the Location of a 202 has it.");
        }
    }

    /** Not there now; before its deadline it may still come, so "no" would be a guess. */
    private Response absent(ReservationId id, Found found, long deadlineMs) {
        boolean mayStillCome = found.nowMs() <= deadlineMs
                && deadlineMs <= found.nowMs() + ledger.budget().toMillis();
        return mayStillCome
                ? AnswerMapper.unknown(id, deadlineMs).response()
                : AnswerMapper.noReservation().response();
    }

    @DELETE
    public CompletionStage<Response> cancel(
            @PathParam("id") String name,
            @HeaderParam("Idempotency-Key") String keyHeader,
            @QueryParam("deadline_ms") String deadline,
            @Context SecurityContext security) {
        ReservationId id = ReservationId.parse(name);
        long deadlineMs = deadlineMs(deadline);
        BuyerId buyer = ((Caller) security.getUserPrincipal()).buyer();
        boolean isOwn = keyHeader != null;
        if (isOwn
                && !ReservationId.derive(id.sale(), buyer, IdempotencyKey.parse(keyHeader))
                        .equals(id)) {
            throw new BadInput("This Idempotency-Key of yours does not name that reservation.");
        }
        Optional<Reply> tooMany = limits.purchase(buyer);
        if (tooMany.isPresent()) {
            return CompletableFuture.completedStage(tooMany.get().response());
        }
        return sales.find(id.sale()).thenCompose(sale -> {
            if (sale.isEmpty()) {
                return CompletableFuture.completedStage(
                        AnswerMapper.noReservation().response());
            }
            return localStock
                    .release(id, buyer, isOwn)
                    .thenComposeAsync(
                            released -> released.result() == Released.Result.NOT_FOUND
                                    ? ledger.find(id, deadlineMs)
                                            .thenApplyAsync(
                                                    found -> notFound(found, buyer, id, deadlineMs), ledger.answering())
                                    : CompletableFuture.completedStage(cancelled(released, sale.get(), id)),
                            ledger.answering());
        });
    }

    /** Only a look that keeps the time in the ledger can tell that it will not come any more. */
    private Response notFound(Found found, BuyerId buyer, ReservationId id, long deadlineMs) {
        Reservation reservation = found.reservation();
        if (reservation == null) {
            return absent(id, found, deadlineMs);
        }
        boolean cameMeanwhile = reservation.buyer().equals(buyer);
        return (cameMeanwhile ? AnswerMapper.refusal(Answer.BUSY, 0, 0) : AnswerMapper.noReservation()).response();
    }

    private Response cancelled(Released released, Sale sale, ReservationId id) {
        return switch (released.result()) {
            case CANCELLED -> shown(AnswerMapper.json(released.reservation(), sale, null));
            case ALREADY_ENDED ->
                released.reservation().status() == ReservationStatus.CANCELLED
                        ? shown(AnswerMapper.json(released.reservation(), sale, null))
                        : new Problem(
                                        409,
                                        "already-ended",
                                        "It has ended already",
                                        "Only a reservation that is still open can be cancelled.")
                                .with(
                                        "reservation_status",
                                        released.reservation().status())
                                .response();
            case NOT_FOUND, NO_SALE -> AnswerMapper.noReservation().response();
            case BUSY -> AnswerMapper.refusal(Answer.BUSY, 0, 0).response();
            case UNKNOWN -> AnswerMapper.unknown(id, ledger.deadlineMs()).response();
        };
    }

    private static Response shown(String json) {
        return Response.ok(json).header(HttpHeaders.CACHE_CONTROL, "no-store").build();
    }
}
