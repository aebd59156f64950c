package dev.seckill.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.ExpiredJWTException;
import dev.seckill.identity.Unidentified.Reason;
import java.text.ParseException;
import java.time.Clock;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Verifies a token: signature, issuer, audience, time; and reads whom it is of and what its roles are. */
final class TokenVerifier {
    /** An access token (RFC 9068), or one that does not say. Anything else was not made to be shown here. */
    private static final Set<JOSEObjectType> TYPES = Set.of(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"));

    private final IdentityConfig config;
    private final Keys keys;
    private final Clock clock;
    private final DefaultJWTClaimsVerifier<?> claims;

    TokenVerifier(IdentityConfig config, Keys keys, Clock clock) {
        this.config = config;
        this.keys = keys;
        this.clock = clock;
        claims =
                new DefaultJWTClaimsVerifier<>(
                        // not an immutable one: it is asked whether null is in it
                        new HashSet<>(config.audiences()),
                        new JWTClaimsSet.Builder().issuer(config.issuer()).build(),
                        Set.of("sub", "exp"),
                        Set.of()) {
                    @Override
                    protected Date currentTime() {
                        return Date.from(TokenVerifier.this.clock.instant());
                    }
                };
        claims.setMaxClockSkew(Math.toIntExact(config.skew().toSeconds()));
    }

    /**
     * What a token says.
     *
     * @param notBeforeMs and untilMs when it counts, skew included
     */
    record Verified(Caller caller, long notBeforeMs, long untilMs) {}

    Verified verify(String token) {
        if (!isWritten(token)) {
            throw new Unidentified(Reason.INVALID);
        }
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            requireSignature(jwt);
            JWTClaimsSet said = jwt.getJWTClaimsSet();
            claims.verify(said, null);
            if (!said.getSubject().equals(Claimed.subject(token))) {
                // such as a number, which Nimbus takes for a text: the gate would have read it in another way
                throw new Unidentified(Reason.INVALID);
            }
            return read(said);
        } catch (ExpiredJWTException e) {
            throw new Unidentified(Reason.EXPIRED);
        } catch (ParseException | JOSEException | BadJWTException | IllegalArgumentException e) {
            throw new Unidentified(Reason.INVALID);
        }
    }

    /** Nimbus passes over characters that are none of base64, so that one token could be written in any number of ways. */
    private static boolean isWritten(String token) {
        for (int i = 0; i < token.length(); i++) {
            char each = token.charAt(i);
            boolean isLetter = (each >= 'A' && each <= 'Z') || (each >= 'a' && each <= 'z');
            if (!isLetter && !(each >= '0' && each <= '9') && each != '-' && each != '_' && each != '.') {
                return false;
            }
        }
        return true;
    }

    private void requireSignature(SignedJWT jwt) throws JOSEException {
        JWSHeader header = jwt.getHeader();
        boolean isOfType = header.getType() == null || TYPES.contains(header.getType());
        if (isOfType && config.algorithms().contains(header.getAlgorithm().getName())) {
            for (SigningKey key : keys.fitting(header)) {
                if (jwt.verify(key.verifier())) {
                    return;
                }
            }
        }
        throw new Unidentified(Reason.INVALID);
    }

    private Verified read(JWTClaimsSet said) throws ParseException {
        long skewMs = config.skew().toMillis();
        long expiresAtMs = said.getExpirationTime().toInstant().toEpochMilli();
        long untilMs = expiresAtMs + skewMs;
        if (config.tokenAge().isPresent()) {
            Date issuedAt = said.getIssueTime();
            if (issuedAt == null) {
                throw new Unidentified(Reason.INVALID);
            }
            untilMs = Math.min(
                    untilMs,
                    issuedAt.toInstant().toEpochMilli()
                            + config.tokenAge().get().toMillis()
                            + skewMs);
            if (untilMs < clock.millis()) {
                throw new Unidentified(Reason.EXPIRED);
            }
        }
        long notBeforeMs = said.getNotBeforeTime() == null
                ? 0
                : said.getNotBeforeTime().toInstant().toEpochMilli() - skewMs;
        return new Verified(Caller.of(said.getSubject(), roles(said), expiresAtMs), notBeforeMs, untilMs);
    }

    /** None if the claim is not there, or is no list of names. */
    private Set<String> roles(JWTClaimsSet said) {
        List<String> path = config.rolesClaim();
        Object value = said.getClaim(path.get(0));
        for (String name : path.subList(1, path.size())) {
            value = value instanceof Map<?, ?> object ? object.get(name) : null;
        }
        if (!(value instanceof Collection<?> names)) {
            return Set.of();
        }
        Set<String> roles = new HashSet<>(Role.ALL);
        roles.retainAll(new HashSet<>(names));
        return Set.copyOf(roles);
    }
}
