package dev.seckill.payment;

import dev.seckill.http.Reply;
import dev.seckill.identity.Caller;
import dev.seckill.identity.Role;
import dev.seckill.limit.Limits;
import dev.seckill.sale.Sales;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.ReservationId;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Begins to pay a buyer's own reservation, and shows how its payments stand. */
@Path("reservations/{id}/payment")
@Singleton
@RolesAllowed(Role.BUYER)
@Produces(MediaType.APPLICATION_JSON)
public class PaymentResource {
    private static final int OK = 200;
    private static final int CREATED = 201;

    @Inject
    Payments payments;

    @Inject
    Sales sales;

    @Inject
    Limits limits;

    @POST
    public CompletionStage<Response> start(
            @PathParam("id") String name,
            @HeaderParam("Idempotency-Key") String keyHeader,
            @Context SecurityContext security) {
        ReservationId id = ReservationId.parse(name);
        IdempotencyKey key = IdempotencyKey.parse(keyHeader);
        BuyerId buyer = ((Caller) security.getUserPrincipal()).buyer();
        payments.needed();
        Optional<Reply> tooMany = limits.purchase(buyer);
        if (tooMany.isPresent()) {
            return CompletableFuture.completedStage(tooMany.get().response());
        }
        return sales.find(id.sale())
                .thenCompose(sale -> payments.start(
                        id,
                        buyer,
                        key,
                        sale.orElseThrow(() -> new PaymentRefused(PaymentRefused.Reason.NO_RESERVATION))))
                .thenApply(begun -> begun(begun).response());
    }

    private static Reply begun(Till.Begun begun) {
        int status = begun.isNew() ? CREATED : OK;
        String address = "/api/reservations/" + begun.payment().reservation() + "/payment";
        return new Reply(
                status,
                MediaType.APPLICATION_JSON,
                address,
                0,
                PaymentJson.of(begun.payment()).build().toString());
    }

    @GET
    public CompletionStage<Response> list(@PathParam("id") String name, @Context SecurityContext security) {
        ReservationId id = ReservationId.parse(name);
        BuyerId buyer = ((Caller) security.getUserPrincipal()).buyer();
        Optional<Reply> tooMany = limits.poll(buyer);
        return tooMany.isPresent()
                ? CompletableFuture.completedStage(tooMany.get().response())
                : payments.of(id, buyer).thenApply(found -> shown(found).response());
    }

    private static Reply shown(List<Payment> found) {
        JsonArrayBuilder shown = Json.createArrayBuilder();
        found.forEach(payment -> shown.add(PaymentJson.of(payment)));
        String body = Json.createObjectBuilder().add("payments", shown).build().toString();
        return new Reply(OK, MediaType.APPLICATION_JSON, null, 0, body);
    }
}
