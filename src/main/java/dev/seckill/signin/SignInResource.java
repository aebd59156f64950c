package dev.seckill.signin;

import dev.seckill.http.Body;
import dev.seckill.http.Problem;
import dev.seckill.identity.Role;
import dev.seckill.trade.BuyerId;
import jakarta.annotation.security.PermitAll;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.json.Json;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Gives a guest of a trial the token of a buyer, under whatever name. A node that is no trial has no such page. */
@Path("sign-in")
@Singleton
@PermitAll
@Produces(MediaType.APPLICATION_JSON)
public class SignInResource {
    @Inject
    SignInConfig config;

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response signIn(InputStream body) {
        if (config.issuer().isEmpty()) {
            return new Problem(
                            404,
                            "no-sign-in",
                            "Nobody signs in here",
                            "Tokens come from the identity provider of this deployment.")
                    .response();
        }
        BuyerId name = BuyerId.named(Body.read(body, "name").text("name"));
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Instant expiresAt = now.plus(config.tokenLife());
        String token = config.issuer().get().sign(name.value(), List.of(Role.BUYER), now, expiresAt);
        return Response.ok(Json.createObjectBuilder()
                        .add("token", token)
                        .add("expires_at", expiresAt.toString())
                        .build()
                        .toString())
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }
}
