package dev.seckill.office;

import dev.seckill.http.Query;
import dev.seckill.identity.Role;
import dev.seckill.order.OrderSearch;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.concurrent.CompletionStage;

/** Finds anybody's orders for operators. */
@Path("operator/orders")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
public class OrdersResource {
    @Inject
    OrderSearch search;

    @GET
    @RolesAllowed(Role.OPERATOR)
    public CompletionStage<Response> list(@Context UriInfo uri) {
        Query query = Query.read(uri.getQueryParameters(), "sale", "buyer", "status", "id", "limit", "after");
        return search.orders(OrderForm.any(query), ListReply.limit(query), query.text("after"))
                .thenApply(found -> ListReply.of("orders", "/api/operator/orders", query, found, OrderJson::of)
                        .response());
    }
}
