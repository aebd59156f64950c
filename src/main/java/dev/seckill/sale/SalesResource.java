package dev.seckill.sale;

import dev.seckill.http.Problem;
import dev.seckill.identity.Caller;
import dev.seckill.identity.Role;
import dev.seckill.trade.Operator;
import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleId;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Shows sales to everybody; creates and changes them for operators. */
@Path("sales")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
public class SalesResource {
    @Inject
    Sales sales;

    @GET
    @PermitAll
    public CompletionStage<Response> list() {
        return sales.list().thenApply(all -> {
            JsonArrayBuilder shown = Json.createArrayBuilder();
            all.forEach(sale -> shown.add(SaleJson.of(sale)));
            return Response.ok(Json.createObjectBuilder()
                            .add("sales", shown)
                            .build()
                            .toString())
                    .build();
        });
    }

    @GET
    @PermitAll
    @Path("{sale}")
    public CompletionStage<Response> show(@PathParam("sale") String sale) {
        return sales.show(new SaleId(sale)).thenApply(SalesResource::shown);
    }

    @POST
    @RolesAllowed(Role.OPERATOR)
    @Consumes(MediaType.APPLICATION_JSON)
    public CompletionStage<Response> create(@Context SecurityContext security, InputStream body) {
        return sales.create(SaleForm.definition(body), operator(security))
                .thenApply(sale -> Response.status(Response.Status.CREATED)
                        .header(HttpHeaders.LOCATION, "/api/sales/" + sale.id())
                        .entity(SaleJson.of(sale).toString())
                        .build());
    }

    /** A merge patch (RFC 7396) of state and capacity. */
    @PATCH
    @Path("{sale}")
    @RolesAllowed(Role.OPERATOR)
    @Consumes({MediaType.APPLICATION_JSON, "application/merge-patch+json"})
    public CompletionStage<Response> change(
            @PathParam("sale") String sale, @Context SecurityContext security, InputStream body) {
        return sales.change(new SaleId(sale), SaleForm.change(body), operator(security))
                .thenApply(SalesResource::shown);
    }

    private static Operator operator(SecurityContext security) {
        return ((Caller) security.getUserPrincipal()).operator();
    }

    private static Response shown(Optional<Sale> sale) {
        return sale.map(found -> Response.ok(SaleJson.of(found).toString())
                        .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                        .build())
                .orElseGet(() -> noSale().response());
    }

    public static Problem noSale() {
        return new Problem(404, "no-sale", "No such sale", "GET /api/sales lists the sales there are.");
    }
}
