package dev.seckill.constant;

import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/**
 * Takes the request of a purchase and answers as if it had been won: what JAX-RS and the server cost without a sale.
 */
@Path("sales/{sale}/reservations")
@Singleton
public class ConstantReservations {
    /** The names of sale and reservation are as long as those of a sale that is loaded. */
    private static final String ID = "constant-sale.AAAAAAAAAAAAAAAAAAAAAA";

    /** As long as the answer to a purchase that won. */
    private static final String BODY =
            "{\"id\":\"" + ID + "\",\"sale\":\"constant-sale\",\"buyer\":\"nobody-00-0000000\""
                    + ",\"quantity\":1,\"price\":{\"amount_minor\":5000,\"currency\":\"EUR\"},\"status\":\"RESERVED\""
                    + ",\"outcome\":\"RESERVED\",\"reserved_at\":\"2025-01-01T00:00:00.000Z\""
                    + ",\"expires_at\":\"2025-01-01T00:05:00.000Z\"}";

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces(MediaType.APPLICATION_JSON)
    public Response reserve(
            @PathParam("sale") String sale, @HeaderParam("Idempotency-Key") String key, String reservation) {
        return Response.status(Response.Status.CREATED)
                .header(HttpHeaders.LOCATION, "/api/reservations/" + ID)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(BODY)
                .build();
    }
}
