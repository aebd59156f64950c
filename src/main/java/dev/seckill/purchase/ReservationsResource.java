package dev.seckill.purchase;

import dev.seckill.http.Body;
import dev.seckill.http.Reply;
import dev.seckill.identity.Caller;
import dev.seckill.identity.Role;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.SaleId;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.io.InputStream;
import java.util.concurrent.CompletionStage;

/**
 * Sells tickets, to whoever {@link Doorkeeper} has not served already. One for all requests: to make and inject one for
 * each took a twentieth of a purchase.
 */
@Path("sales/{sale}/reservations")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
public class ReservationsResource {
    @Inject
    Purchases purchases;

    @POST
    @RolesAllowed(Role.BUYER)
    @Consumes(MediaType.APPLICATION_JSON)
    public CompletionStage<Response> reserve(
            @PathParam("sale") String name,
            @HeaderParam("Idempotency-Key") String keyHeader,
            @Context SecurityContext security,
            InputStream stream) {
        Purchases.Accepted accepted = purchases.accept(new SaleId(name));
        BuyerId buyer = ((Caller) security.getUserPrincipal()).buyer();
        IdempotencyKey key = IdempotencyKey.parse(keyHeader);
        long quantity = Body.read(stream, "quantity").whole("quantity");
        return purchases.reserve(accepted, buyer, key, quantity).thenApply(Reply::response);
    }
}
