package dev.seckill.payment;

import com.standardwebhooks.Webhook;
import dev.seckill.http.Body;
import dev.seckill.http.Problem;
import jakarta.annotation.security.PermitAll;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Hears the provider, which is known by its signature and nothing else (Standard Webhooks). It hears 2xx when all that follows is
 * done, and calls again otherwise.
 */
@Path("payments/webhook")
@Singleton
@Produces(MediaType.APPLICATION_JSON)
public class WebhookResource {
    @Inject
    Payments payments;

    @POST
    @PermitAll
    @Consumes(MediaType.APPLICATION_JSON)
    public CompletionStage<Response> hear(@Context HttpHeaders headers, InputStream stream) {
        payments.needed();
        String body = Body.text(stream);
        if (!payments.isSigned(body, headers.getRequestHeaders())) {
            return CompletableFuture.completedStage(
                    new Problem(401, "not-signed", "Not signed", "The signature does not hold here.").response());
        }
        String id = headers.getHeaderString(Webhook.UNBRANDED_MSG_ID_KEY);
        Optional<PaymentEvent> event = PaymentEvent.read(id, body);
        return event.isEmpty()
                ? CompletableFuture.completedStage(Response.noContent().build())
                : payments.hear(event.get()).thenApply(WebhookResource::heard);
    }

    private static Response heard(boolean isKnown) {
        return isKnown
                ? Response.noContent().build()
                : PaymentRefusedMapper.problem(PaymentRefused.Reason.NO_PAYMENT).response();
    }
}
