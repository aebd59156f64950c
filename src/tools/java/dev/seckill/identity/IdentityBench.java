package dev.seckill.identity;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.seckill.trade.BuyerId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it costs to know a caller: by a token never seen, by one seen before, and by what one merely claims. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class IdentityBench {
    private static final String ISSUER = "https://id.example.com/realms/shop";

    private Callers remembers;
    private Callers forgets;
    private String rs256;
    private String es256;
    private RSASSASigner signer;
    private RSAKey rsa;

    @Setup
    public void sign() throws Exception {
        rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
        ECKey ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
        signer = new RSASSASigner(rsa);
        Path file = Files.createTempFile("keys", ".json");
        Files.writeString(file, new JWKSet(List.of(rsa, ec)).toString(true));
        remembers = callers(file, 1_000);
        forgets = callers(file, 0);
        Files.delete(file);
        rs256 = "Bearer " + token(JWSAlgorithm.RS256, "rsa", signer);
        es256 = "Bearer " + token(JWSAlgorithm.ES256, "ec", new ECDSASigner(ec));
        remembers.verified(rs256);
    }

    private static Callers callers(Path keys, int mostCached) throws Exception {
        IdentityConfig config = new IdentityConfig(
                ISSUER,
                Set.of("seckill"),
                keys.toString(),
                Set.of("RS256", "ES256"),
                Duration.ofSeconds(30),
                Optional.empty(),
                List.of("groups"),
                mostCached,
                4096,
                Duration.ofHours(1),
                Duration.ofHours(1),
                Duration.ofSeconds(1),
                Duration.ofDays(1));
        Keys known = new Keys(config);
        known.start(Thread::new);
        known.stop();
        return new Callers(config, known);
    }

    private static String token(JWSAlgorithm algorithm, String id, JWSSigner signer) throws Exception {
        Instant now = Instant.now();
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(algorithm).keyID(id).build(),
                new JWTClaimsSet.Builder()
                        .issuer(ISSUER)
                        .audience("seckill")
                        .subject("7d3f6d0a-59a5-4a58-a7b0-2f3b9f0c7f11")
                        .claim("groups", List.of("buyer"))
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(Duration.ofDays(1))))
                        .build());
        token.sign(signer);
        return token.serialize();
    }

    @Benchmark
    public BuyerId claimed() {
        return remembers.claimed(rs256);
    }

    @Benchmark
    public Caller seenBefore() {
        return remembers.verified(rs256);
    }

    @Benchmark
    public Caller neverSeenRs256() {
        return forgets.verified(rs256);
    }

    @Benchmark
    public Caller neverSeenEs256() {
        return forgets.verified(es256);
    }

    /** What the issuer pays, or the load tool. */
    @Benchmark
    public String signRs256() throws Exception {
        return token(JWSAlgorithm.RS256, "rsa", signer);
    }
}
