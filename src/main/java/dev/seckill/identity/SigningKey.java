package dev.seckill.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import java.util.Optional;
import java.util.Set;

/**
 * A public key of the issuer, ready to verify with. It verifies one algorithm only, whatever a token says, so that a key
 * is never taken for one of another kind.
 *
 * @param id null if it has none, as a PEM has
 */
record SigningKey(String id, JWSAlgorithm algorithm, JWSVerifier verifier) {
    /** Less is not safe any more (NIST SP 800-131A). */
    private static final int SHORTEST_RSA_BITS = 2048;

    /** Nothing for a key that is for something else, or that is too weak. */
    static Optional<SigningKey> of(JWK key, Set<String> algorithms) {
        JWSAlgorithm algorithm = algorithm(key);
        boolean isMeant = key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE);
        if (algorithm == null
                || !algorithms.contains(algorithm.getName())
                || !isMeant
                || (key.getAlgorithm() != null && !key.getAlgorithm().equals(algorithm))) {
            return Optional.empty();
        }
        try {
            JWSVerifier verifier = algorithm.equals(JWSAlgorithm.RS256)
                    ? new RSASSAVerifier(key.toRSAKey())
                    : new ECDSAVerifier(key.toECKey());
            return Optional.of(new SigningKey(key.getKeyID(), algorithm, verifier));
        } catch (JOSEException e) {
            return Optional.empty();
        }
    }

    private static JWSAlgorithm algorithm(JWK key) {
        return switch (key.getKeyType().getValue()) {
            case "RSA" -> key.size() >= SHORTEST_RSA_BITS ? JWSAlgorithm.RS256 : null;
            case "EC" -> key.toECKey().getCurve().equals(Curve.P_256) ? JWSAlgorithm.ES256 : null;
            default -> null;
        };
    }

    boolean fits(JWSHeader header) {
        return algorithm.equals(header.getAlgorithm())
                && (id == null || header.getKeyID() == null || id.equals(header.getKeyID()));
    }
}
