package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.seckill.Api.Reply;
import dev.seckill.trial.TrialKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node with the tokens of an OpenID provider, which changes its keys and is away for a while; and one that is told
 * nonsense about whose tokens count. In order, because a start costs ten seconds. Touches node processes and a Redis of its
 * own.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class IdentityProviderIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String ISSUER = "https://id.example.com/realms/shop";
    private static final String SALE = "provider-" + Story.SEED;
    private static final RSAKey RSA = TestIssuer.rsa("first");
    private static final ECKey EC = TestIssuer.ec("second");
    private static final RSAKey THIRD = TestIssuer.rsa("third");

    private static RedisServer redis;
    private static JwksServer provider;
    private static NodeProcess node;

    @BeforeAll
    static void start() {
        redis = RedisServer.start();
        provider = JwksServer.of(RSA);
    }

    @AfterAll
    static void end() {
        node.close();
        provider.close();
        redis.close();
    }

    private static String[] options() {
        return new String[] {
            "-Dmp.jwt.verify.issuer=" + ISSUER,
            "-Dmp.jwt.verify.audiences=shop,seckill",
            "-Dmp.jwt.verify.publickey.location=" + provider.address(),
            "-Dseckill.identity.roles-claim=realm_access/roles",
            "-Dseckill.identity.keys-refresh=PT5S",
            "-Dseckill.identity.keys-timeout=PT1S"
        };
    }

    /** As such a provider has it. */
    private static String token(JWK key, String subject, String... roles) {
        JWTClaimsSet claims = new JWTClaimsSet.Builder(
                        TestIssuer.claims(subject).build())
                .issuer(ISSUER)
                .audience(List.of("account", "seckill"))
                .claim("typ", "Bearer")
                .claim("realm_access", Map.of("roles", List.of(roles)))
                .build();
        return "Bearer " + TestIssuer.sign(key, claims);
    }

    private static Reply buy(JWK key, String buyer) {
        return node.api()
                .send(
                        "POST",
                        "/api/sales/" + SALE + "/reservations",
                        "{\"quantity\": 1}",
                        Api.AUTHORIZATION,
                        token(key, buyer, "offline_access", "buyer"),
                        Api.KEY,
                        "only");
    }

    @Test
    @Order(1)
    void isNotReadyBeforeItHasKeysAndSaysWhatIsMissing() {
        provider.goAway();
        node = NodeProcess.at(redis.address(), options());
        node.launch();

        await().atMost(Duration.ofMinutes(2))
                .ignoreExceptions()
                .until(() -> node.api().get("/health/ready").text().contains("\"keys\":\"false\""));
        await().atMost(PATIENCE).until(() -> node.api().get("/api/sales").status() == 200);
        assertThat(node.isReady()).isFalse();
        Reply away = buy(RSA, "early");
        assertThat(away.status()).isEqualTo(503);
        assertThat(away.problem()).isEqualTo("keys-away");
        assertThat(away.header("Retry-After")).isEqualTo("1");

        provider.comeBack();
        node.awaitReady();
    }

    @Test
    @Order(2)
    void sellsByTokensOfTheProvider() {
        Reply created = node.api()
                .send(
                        "POST",
                        "/api/sales",
                        "{\"id\": \"" + SALE
                                + "\", \"capacity\": 100, \"price\": {\"amount_minor\": 4500, \"currency\": \"EUR\"}}",
                        Api.AUTHORIZATION,
                        token(RSA, "0f6c4f0c-6ac8-4d1c-9a3b-6a8f6a6b1f10", "operator"));
        assertThat(created.status()).as(created.text()).isEqualTo(201);

        Reply bought = buy(RSA, "7d3f6d0a-59a5-4a58-a7b0-2f3b9f0c7f11");

        assertThat(bought.status()).as(bought.text()).isEqualTo(201);
        assertThat(bought.json().path("buyer").asText()).isEqualTo("7d3f6d0a-59a5-4a58-a7b0-2f3b9f0c7f11");
        assertThat(buy(THIRD, "eve").status()).isIn(401, 503);
        assertThat(node.api().buy(SALE, "eve", "only", 1).problem())
                .as("of another issuer")
                .isIn("invalid-token", "keys-away");
    }

    @Test
    @Order(3)
    void goesOnWhenTheProviderChangesItsKey() {
        provider.publish(RSA, EC);

        await().atMost(PATIENCE).until(() -> buy(EC, "ann").status() == 201);
        assertThat(buy(RSA, "bob").status()).isEqualTo(201);

        provider.publish(EC);
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> List.of("invalid-token", "keys-away")
                        .contains(buy(RSA, "late").problem()));
        assertThat(buy(EC, "carl").status()).isEqualTo(201);
    }

    @Test
    @Order(4)
    void goesOnWhileTheProviderIsAwayOrSlow() {
        provider.goAway();
        await().during(Duration.ofSeconds(8))
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> buy(EC, "while-away-" + System.nanoTime() % 20).status() < 300 && node.isReady());
        assertThat(buy(THIRD, "new").problem()).as("nobody can tell").isIn("keys-away", "invalid-token");

        provider.publish(EC, THIRD);
        provider.delay(700);
        provider.comeBack();

        await().atMost(PATIENCE).until(() -> buy(THIRD, "new").status() == 201);
    }

    @Test
    @Order(5)
    void doesNotStartWithoutSayingWhoseTokensCount(@TempDir Path folder) throws IOException {
        Path key = TrialKey.in(folder);
        Path pub = Files.writeString(
                folder.resolve("public.jwk"), RSA.toPublicJWK().toJSONString());
        assertNoStart("goes with no other issuer", List.of("-Dseckill.trial-issuer.key-file=" + key));
        assertNoStart(
                "to sign takes the private one",
                List.of(
                        "-Dmp.jwt.verify.issuer=",
                        "-Dmp.jwt.verify.audiences=",
                        "-Dmp.jwt.verify.publickey.location=",
                        "-Dseckill.trial-issuer.key-file=" + pub));
    }

    private static void assertNoStart(String why, List<String> more) throws IOException {
        List<String> options = new java.util.ArrayList<>(List.of(options()));
        options.addAll(more);
        try (NodeProcess wrong = NodeProcess.at(redis.address(), options.toArray(String[]::new))) {
            wrong.launch();
            await().atMost(Duration.ofMinutes(2))
                    .until(() ->
                            !wrong.isAlive() || Files.readString(wrong.log()).contains(why));
            assertThat(wrong.log()).content().contains(why);
        }
    }
}
