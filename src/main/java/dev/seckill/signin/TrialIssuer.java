package dev.seckill.signin;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.seckill.identity.IdentityConfig;
import dev.seckill.trade.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/** Signs tokens with the private key of a trial, an RSA key of at least 2048 bits in a file of its own (RFC 7517). */
public final class TrialIssuer {
    private final RSAKey key;
    private final RSASSASigner signer;

    private TrialIssuer(RSAKey key) throws JOSEException {
        this.key = key;
        signer = new RSASSASigner(key);
    }

    /** Reads the key. What is wrong with it is said without a word of what it is. */
    public static TrialIssuer of(Path keyFile) {
        try {
            RSAKey key = RSAKey.parse(Files.readString(keyFile));
            if (!key.isPrivate()) {
                throw new BadInput(keyFile + " has a public key; to sign takes the private one.");
            }
            return new TrialIssuer(key);
        } catch (IOException e) {
            throw new BadInput("The key file " + keyFile + " can't be read (" + e + ").");
        } catch (ParseException | JOSEException | IllegalArgumentException e) {
            throw new BadInput(keyFile + " is not a private RSA key of at least 2048 bits as a JWK.");
        }
    }

    /** A token of somebody who has these roles until then. */
    public String sign(String subject, List<String> roles, Instant issuedAt, Instant expiresAt) {
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(IdentityConfig.TRIAL_ISSUER)
                .audience(IdentityConfig.TRIAL_AUDIENCE)
                .subject(subject)
                .claim("groups", roles)
                .issueTime(Date.from(issuedAt))
                .expirationTime(Date.from(expiresAt))
                .build();
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(), claims);
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return token.serialize();
    }

    /** Names the key, and so every token that it signed. */
    public String keyId() {
        return key.getKeyID();
    }
}
