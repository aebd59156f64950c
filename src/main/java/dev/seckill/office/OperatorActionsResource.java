package dev.seckill.office;

import dev.seckill.http.Query;
import dev.seckill.identity.Role;
import dev.seckill.order.OperatorAction;
import dev.seckill.order.OrderSearch;
import dev.seckill.trade.Operator;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.concurrent.CompletionStage;

/** Shows operators what operators did. */
@Path("operator/actions")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
public class OperatorActionsResource {
    @Inject
    OrderSearch search;

    @GET
    @RolesAllowed(Role.OPERATOR)
    public CompletionStage<Response> list(@Context UriInfo uri) {
        Query query = Query.read(uri.getQueryParameters(), "sale", "operator", "limit", "after");
        return search.actions(
                        OrderForm.sale(query),
                        query.text("operator").map(Operator::new),
                        ListReply.limit(query),
                        query.text("after"))
                .thenApply(found -> ListReply.of(
                                "actions", "/api/operator/actions", query, found, OperatorActionsResource::json)
                        .response());
    }

    private static JsonObjectBuilder json(OperatorAction action) {
        JsonObjectBuilder json = Json.createObjectBuilder()
                .add("at", action.at().toString())
                .add("operator", action.operator())
                .add("action", action.action());
        action.sale().ifPresent(sale -> json.add("sale", sale));
        return json.add("detail", action.detail());
    }
}
