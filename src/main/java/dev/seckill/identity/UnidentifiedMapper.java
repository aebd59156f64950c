package dev.seckill.identity;

import dev.seckill.http.Problem;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Says what a request lacks, with the challenge of RFC 6750, and of a token that is refused no more than it must. */
@Provider
public class UnidentifiedMapper implements ExceptionMapper<Unidentified> {
    private static final String CHALLENGE = "Bearer realm=\"seckill\"";

    @Override
    public Response toResponse(Unidentified unidentified) {
        return problem(unidentified).response();
    }

    public static Problem problem(Unidentified unidentified) {
        return switch (unidentified.reason()) {
            case NO_TOKEN ->
                new Problem(401, "no-token", "A token is needed", "Send it as Authorization: Bearer <token>.")
                        .challenge(CHALLENGE);
            case INVALID -> invalid("The token is not valid here.");
            case EXPIRED -> invalid("The token has expired.");
            case WRONG_ROLE ->
                new Problem(403, "wrong-role", "Not yours to do", "The token does not have the role that this takes.")
                        .challenge(CHALLENGE + ", error=\"insufficient_scope\"");
            case NO_BUYERS_NAME ->
                new Problem(
                        403,
                        "no-buyers-name",
                        "Not a buyer's name",
                        "The token's subject can't name a buyer: that is 1 to 64 of A-Z, a-z, 0-9 and . _ @ : + -");
            case KEYS_AWAY ->
                new Problem(
                                503,
                                "keys-away",
                                "Tokens can't be checked now",
                                "The keys of the identity provider are not here yet; nothing was done.")
                        .retryAfter(1);
        };
    }

    private static Problem invalid(String why) {
        return new Problem(401, "invalid-token", "The token is not valid", why)
                .challenge(CHALLENGE + ", error=\"invalid_token\", error_description=\"" + why + '"');
    }
}
