package dev.seckill.office;

import dev.seckill.http.Body;
import dev.seckill.http.Query;
import dev.seckill.http.Reply;
import dev.seckill.identity.Caller;
import dev.seckill.identity.Role;
import dev.seckill.ledger.Refunded;
import dev.seckill.payment.Payment;
import dev.seckill.payment.PaymentJson;
import dev.seckill.payment.PaymentQuery;
import dev.seckill.payment.Payments;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.Operator;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.RefundId;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.Consumes;
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
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import java.util.concurrent.CompletionStage;

/** Shows operators payments, refunds what they have bought, and decides what cannot go on by itself. */
@Path("operator/payments")
@Singleton
@RolesAllowed(Role.OPERATOR)
@Produces(MediaType.APPLICATION_JSON)
public class PaymentsResource {
    private static final String PATH = "/api/operator/payments";

    @Inject
    Payments payments;

    @GET
    public CompletionStage<Response> list(@Context UriInfo uri) {
        Query query = Query.read(uri.getQueryParameters(), "sale", "reservation", "status", "stuck", "limit", "after");
        PaymentQuery wanted = PaymentForm.query(query);
        int limit = ListReply.limit(query);
        return payments.office(office -> office.list(wanted, limit))
                .thenApply(found -> ListReply.of("payments", PATH, query, found, PaymentsResource::json)
                        .response());
    }

    /** The same key again is the same refund. */
    @POST
    @Path("{payment}/refund")
    @Consumes(MediaType.APPLICATION_JSON)
    public CompletionStage<Response> refund(
            @PathParam("payment") String name,
            @HeaderParam("Idempotency-Key") String keyHeader,
            @Context SecurityContext security,
            InputStream stream) {
        PaymentId id = new PaymentId(name);
        RefundId refund = RefundId.derive(id, IdempotencyKey.parse(keyHeader));
        Body body = Body.read(stream, "tickets", "reason");
        int tickets = PaymentForm.tickets(body);
        String reason = PaymentForm.reason(body);
        Operator operator = operator(security);
        return payments.office(office -> office.refund(id, refund, tickets, reason, operator))
                .thenApply(refunded -> shown(refunded(id, refund, refunded)));
    }

    private static JsonObjectBuilder refunded(PaymentId id, RefundId refund, Refunded refunded) {
        return Json.createObjectBuilder()
                .add("payment", id.code())
                .add("refund", refund.code())
                .add("tickets", refunded.tickets())
                .add("left", refunded.left());
    }

    @POST
    @Path("{payment}/accept")
    public CompletionStage<Response> accept(@PathParam("payment") String name, @Context SecurityContext security) {
        PaymentId id = new PaymentId(name);
        Operator operator = operator(security);
        return payments.office(office -> office.accept(id, operator)).thenApply(payment -> shown(json(payment)));
    }

    @POST
    @Path("{payment}/reject")
    public CompletionStage<Response> reject(@PathParam("payment") String name, @Context SecurityContext security) {
        PaymentId id = new PaymentId(name);
        Operator operator = operator(security);
        return payments.office(office -> office.reject(id, operator)).thenApply(payment -> shown(json(payment)));
    }

    private static Operator operator(SecurityContext security) {
        return ((Caller) security.getUserPrincipal()).operator();
    }

    private static Response shown(JsonObjectBuilder json) {
        return new Reply(200, MediaType.APPLICATION_JSON, null, 0, json.build().toString()).response();
    }

    /** As its buyer sees it, and what only operators need. */
    private static JsonObjectBuilder json(Payment payment) {
        JsonObjectBuilder json =
                PaymentJson.of(payment).add("buyer", payment.buyer().value()).add("stuck", payment.isStuck());
        if (!payment.troubles().isEmpty()) {
            json.add("trouble", payment.troubles());
        }
        payment.taken().ifPresent(taken -> json.add("taken", PaymentJson.amount(taken)));
        return json;
    }
}
