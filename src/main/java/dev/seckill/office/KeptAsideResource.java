package dev.seckill.office;

import dev.seckill.http.Body;
import dev.seckill.http.Query;
import dev.seckill.http.Reply;
import dev.seckill.identity.Caller;
import dev.seckill.identity.Role;
import dev.seckill.order.OrderSearch;
import dev.seckill.order.Retried;
import dev.seckill.sale.SalesResource;
import dev.seckill.trade.SaleId;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Shows operators what could not be written, and tries it again when they have mended the cause. */
@Path("operator/kept-aside")
@Singleton
@RolesAllowed(Role.OPERATOR)
@Produces(MediaType.APPLICATION_JSON)
public class KeptAsideResource {
    @Inject
    OrderSearch search;

    @GET
    public CompletionStage<Response> list(@Context UriInfo uri) {
        Query query = Query.read(uri.getQueryParameters(), "sale", "limit", "after");
        return search.keptAside(OrderForm.sale(query), ListReply.limit(query), query.text("after"))
                .thenApply(
                        found -> ListReply.of("kept_aside", "/api/operator/kept-aside", query, found, KeptAsideJson::of)
                                .response());
    }

    /** One transaction, so no more than fits into one: the answer says where to go on. */
    @POST
    @Path("retry")
    @Consumes(MediaType.APPLICATION_JSON)
    public CompletionStage<Response> retry(@Context SecurityContext security, InputStream stream) {
        Body body = Body.read(stream, "sale", "after");
        SaleId sale = new SaleId(body.text("sale"));
        Optional<String> after = body.has("after") ? Optional.of(body.text("after")) : Optional.empty();
        return search.retry(sale, ((Caller) security.getUserPrincipal()).operator(), after)
                .thenApply(retried -> retried.map(done -> shown(sale, done))
                        .orElseGet(() -> SalesResource.noSale().reply())
                        .response());
    }

    private static Reply shown(SaleId sale, Retried retried) {
        JsonObjectBuilder json = Json.createObjectBuilder()
                .add("sale", sale.value())
                .add("written", retried.written())
                .add("waiting", retried.waiting());
        retried.after().ifPresent(after -> json.add("after", after));
        return new Reply(200, MediaType.APPLICATION_JSON, null, 0, json.build().toString());
    }
}
