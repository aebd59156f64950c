package dev.seckill;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.seckill.identity.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Issues the tokens of the tests, for whose keys the tests' nodes look into a file. Touches memory and that file. */
public final class TestIssuer {
    public static final String ISSUER = "https://issuer.test";
    public static final String AUDIENCE = "seckill";

    /** Longer than any clock of a test is wrong. */
    private static final Duration LIFE = Duration.ofDays(1);

    private static final RSAKey RSA = rsa("test-rsa");
    private static final ECKey EC = ec("test-ec");
    private static final Map<String, String> TOKENS = new ConcurrentHashMap<>();
    private static Path keySetFile;

    private TestIssuer() {}

    public static RSAKey rsa(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    public static ECKey ec(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The public keys. */
    public static synchronized Path keySetFile() {
        if (keySetFile == null) {
            try {
                keySetFile = Path.of(
                                "target/test-issuer-" + ProcessHandle.current().pid() + ".jwks")
                        .toAbsolutePath();
                Files.createDirectories(keySetFile.getParent());
                Files.writeString(keySetFile, keySet(RSA, EC));
                keySetFile.toFile().deleteOnExit();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return keySetFile;
    }

    /** A JWK set of the public parts. */
    public static String keySet(JWK... keys) {
        return new JWKSet(List.of(keys)).toString(true);
    }

    /** What a node needs to know of this issuer, as options of its JVM. */
    public static List<String> options() {
        return List.of(
                "-Dmp.jwt.verify.issuer=" + ISSUER,
                "-Dmp.jwt.verify.audiences=" + AUDIENCE,
                "-Dmp.jwt.verify.publickey.location=" + keySetFile());
    }

    /** The same token each time. */
    public static String buyer(String name) {
        return TOKENS.computeIfAbsent(name, each -> token(each, Role.BUYER));
    }

    public static String operator() {
        return TOKENS.computeIfAbsent("/operator", each -> token("operator-of-the-tests", Role.OPERATOR));
    }

    /** A new one, good for now. */
    public static String token(String subject, String... roles) {
        return sign(RSA, claims(subject, roles).build());
    }

    /** The same, signed in a quarter of the time and verified in ten times. */
    public static String ecToken(String subject, String... roles) {
        return sign(EC, claims(subject, roles).build());
    }

    /** To be changed. */
    public static JWTClaimsSet.Builder claims(String subject, String... roles) {
        Instant now = Instant.now();
        return new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .subject(subject)
                .claim("groups", List.of(roles))
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(LIFE)));
    }

    /** Signed as the key is. */
    public static String sign(JWK key, JWTClaimsSet claims) {
        JWSAlgorithm algorithm = key instanceof RSAKey ? JWSAlgorithm.RS256 : JWSAlgorithm.ES256;
        return sign(key, new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(), claims);
    }

    /** Signed by a key under whatever header. */
    public static String sign(JWK key, JWSHeader header, JWTClaimsSet claims) {
        try {
            JWSSigner signer = key instanceof RSAKey rsa ? new RSASSASigner(rsa) : new ECDSASigner(key.toECKey());
            SignedJWT token = new SignedJWT(header, claims);
            token.sign(signer);
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
