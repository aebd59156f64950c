package dev.seckill.http;

import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Lets operators in by the configured token, compared in constant time; without one configured, nobody. */
@Provider
@OperatorOnly
@Priority(Priorities.AUTHENTICATION)
public class OperatorFilter implements ContainerRequestFilter {
    private static final String BEARER = "Bearer ";

    @Inject
    @ConfigProperty(name = "seckill.operator.token")
    Optional<String> token;

    @Override
    public void filter(ContainerRequestContext request) {
        if (token.isEmpty()) {
            request.abortWith(new Problem(
                            403,
                            "operator-closed",
                            "Operator calls are closed",
                            "This node has no seckill.operator.token configured.")
                    .response());
            return;
        }
        String given = request.getHeaderString(HttpHeaders.AUTHORIZATION);
        if (given == null
                || !given.regionMatches(true, 0, BEARER, 0, BEARER.length())
                || !isToken(given.substring(BEARER.length()))) {
            Response refused = new Problem(
                            401,
                            "operator-token",
                            "An operator's token is needed",
                            "Send it as Authorization: Bearer <token>.")
                    .response();
            request.abortWith(Response.fromResponse(refused)
                    .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
                    .build());
        }
    }

    private boolean isToken(String given) {
        return MessageDigest.isEqual(
                given.getBytes(StandardCharsets.UTF_8), token.orElseThrow().getBytes(StandardCharsets.UTF_8));
    }
}
