package dev.seckill.office;

import dev.seckill.http.Query;
import dev.seckill.http.Reply;
import dev.seckill.identity.Caller;
import dev.seckill.identity.Role;
import dev.seckill.limit.Limits;
import dev.seckill.order.OrderQuery;
import dev.seckill.order.OrderSearch;
import dev.seckill.trade.BuyerId;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.UriInfo;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Shows a buyer its own orders. Whatever it asks for, they are those of its token's subject. */
@Path("orders")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
public class OwnOrdersResource {
    @Inject
    OrderSearch search;

    @Inject
    Limits limits;

    @GET
    @RolesAllowed(Role.BUYER)
    public CompletionStage<Response> list(@Context UriInfo uri, @Context SecurityContext security) {
        BuyerId buyer = ((Caller) security.getUserPrincipal()).buyer();
        Query query = Query.read(uri.getQueryParameters(), "sale", "status", "limit", "after");
        OrderQuery own = OrderForm.own(buyer, query);
        int limit = ListReply.limit(query);
        Optional<Reply> tooMany = limits.poll(buyer);
        if (tooMany.isPresent()) {
            return CompletableFuture.completedStage(tooMany.get().response());
        }
        return search.orders(own, limit, query.text("after"))
                .thenApply(found -> ListReply.of("orders", "/api/orders", query, found, OrderJson::of)
                        .response());
    }
}
