package dev.seckill.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.opts.AllowWeakRSAKey;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.seckill.TestIssuer;
import dev.seckill.identity.Unidentified.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which tokens count, and what is read in them. Touches memory and files. */
class TokensTest {
    private static final RSAKey RSA = TestIssuer.rsa("rsa");
    private static final ECKey EC = TestIssuer.ec("ec");

    @TempDir
    static Path folder;

    private static Path keys;
    private final TestClock clock = new TestClock();

    @BeforeAll
    static void publish() throws IOException {
        keys = Files.writeString(folder.resolve("keys.json"), TestIssuer.keySet(RSA, EC));
    }

    private Callers callers() {
        return callers(new IdentitySettings().keys(keys));
    }

    private Callers callers(IdentitySettings settings) {
        IdentityConfig config = settings.config();
        Keys known = new Keys(config);
        known.start(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        });
        known.stop();
        return new Callers(config, known, clock, clock::nanos);
    }

    private static Caller accepted(Callers callers, String token) {
        return callers.verified("Bearer " + token);
    }

    private static Reason refused(Callers callers, String token) {
        Unidentified refused = catchThrowableOfType(Unidentified.class, () -> callers.verified("Bearer " + token));
        assertThat(refused).as(token).isNotNull();
        return refused.reason();
    }

    private static JWTClaimsSet.Builder ann() {
        return TestIssuer.claims("ann", Role.BUYER);
    }

    @Test
    void knowsABuyerByATokenOfEitherKey() {
        for (JWK key : List.of(RSA, EC)) {
            Caller caller = accepted(callers(), TestIssuer.sign(key, ann().build()));

            assertThat(caller.subject()).isEqualTo("ann");
            assertThat(caller.getName()).isEqualTo("ann");
            assertThat(caller.roles()).containsExactly(Role.BUYER);
            assertThat(caller.buyer().value()).isEqualTo("ann");
        }
    }

    static Stream<Arguments> whatCounts() {
        return Stream.of(
                arguments("an access token by name", header(RSA).type(new JOSEObjectType("at+jwt"))),
                arguments("a token by name", header(RSA).type(JOSEObjectType.JWT)),
                arguments("without a key id", new JWSHeader.Builder(JWSAlgorithm.RS256)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whatCounts")
    void takes(String what, JWSHeader.Builder header) {
        assertThat(accepted(callers(), TestIssuer.sign(RSA, header.build(), ann().build()))
                        .subject())
                .isEqualTo("ann");
    }

    private static JWSHeader.Builder header(JWK key) {
        return new JWSHeader.Builder(key instanceof RSAKey ? JWSAlgorithm.RS256 : JWSAlgorithm.ES256)
                .keyID(key.getKeyID());
    }

    static Stream<Arguments> whatDoesNotCount() throws JOSEException, NoSuchAlgorithmException {
        RSAKey other = TestIssuer.rsa("rsa");
        String good = TestIssuer.sign(RSA, ann().build());
        String[] parts = good.split("\\.", -1);
        Date later = Date.from(Instant.now().plusSeconds(120));
        return Stream.of(
                arguments("forged by another key of the same id", TestIssuer.sign(other, ann().build())),
                arguments(
                        "forged by another key without an id",
                        TestIssuer.sign(other, new JWSHeader.Builder(JWSAlgorithm.RS256).build(), ann().build())),
                arguments("a key id that nobody has", TestIssuer.sign(TestIssuer.rsa("nobody's"), ann().build())),
                arguments(
                        "the id of a key of another kind",
                        TestIssuer.sign(
                                RSA,
                                new JWSHeader.Builder(JWSAlgorithm.RS256)
                                        .keyID("ec")
                                        .build(),
                                ann().build())),
                arguments(
                        "the EC key's id under RS256",
                        TestIssuer.sign(
                                other,
                                new JWSHeader.Builder(JWSAlgorithm.RS256)
                                        .keyID("ec")
                                        .build(),
                                ann().build())),
                arguments(
                        "another algorithm of the right key",
                        TestIssuer.sign(
                                RSA,
                                new JWSHeader.Builder(JWSAlgorithm.RS512)
                                        .keyID("rsa")
                                        .build(),
                                ann().build())),
                arguments(
                        "PSS of the right key",
                        TestIssuer.sign(
                                RSA,
                                new JWSHeader.Builder(JWSAlgorithm.PS256)
                                        .keyID("rsa")
                                        .build(),
                                ann().build())),
                arguments("unsigned", new PlainJWT(ann().build()).serialize()),
                arguments(
                        "alg none with the right signature's place",
                        encoded("{\"alg\":\"none\",\"kid\":\"rsa\"}") + '.' + parts[1] + '.'),
                arguments(
                        "HS256 keyed with the public key",
                        hmac(RSA.toRSAPublicKey().getEncoded())),
                arguments(
                        "HS256 keyed with the public key as PEM",
                        hmac(("-----BEGIN PUBLIC KEY-----\n"
                                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                                .encodeToString(
                                                        RSA.toRSAPublicKey().getEncoded())
                                        + "\n-----END PUBLIC KEY-----\n")
                                .getBytes(StandardCharsets.US_ASCII))),
                arguments(
                        "a critical header that nobody understands",
                        TestIssuer.sign(
                                RSA,
                                header(RSA)
                                        .criticalParams(Set.of("exp"))
                                        .customParam("exp", 1)
                                        .build(),
                                ann().build())),
                arguments(
                        "made for something else",
                        TestIssuer.sign(
                                RSA,
                                header(RSA)
                                        .type(new JOSEObjectType("logout+jwt"))
                                        .build(),
                                ann().build())),
                arguments(
                        "another issuer",
                        TestIssuer.sign(
                                RSA, ann().issuer("https://issuer.test/").build())),
                arguments("no issuer", TestIssuer.sign(RSA, ann().issuer(null).build())),
                arguments(
                        "for somebody else",
                        TestIssuer.sign(RSA, ann().audience("seckill2").build())),
                arguments(
                        "for nobody",
                        TestIssuer.sign(RSA, ann().audience((String) null).build())),
                arguments(
                        "not yet",
                        TestIssuer.sign(RSA, ann().notBeforeTime(later).build())),
                arguments(
                        "for ever",
                        TestIssuer.sign(RSA, ann().expirationTime(null).build())),
                arguments("of nobody", TestIssuer.sign(RSA, ann().subject(null).build())),
                arguments(
                        "a subject that is a number",
                        signed("{\"iss\":\"https://issuer.test\",\"aud\":\"seckill\","
                                + "\"exp\":4000000000,\"groups\":[\"buyer\"],\"sub\":7}")),
                arguments(
                        "two subjects",
                        signed("{\"iss\":\"https://issuer.test\",\"aud\":\"seckill\","
                                + "\"exp\":4000000000,\"groups\":[\"buyer\"],\"sub\":\"bob\",\"sub\":\"ann\"}")),
                arguments("claims that are a list", signed("[\"sub\"]")),
                arguments("claims that are no JSON", signed("sub=ann")),
                arguments("claims without an end", signed("{\"sub\":\"ann\"")),
                arguments("nested deeply", signed("{\"sub\":" + "[".repeat(900) + "]".repeat(900) + "}")),
                arguments(
                        "other claims under a right signature",
                        parts[0]
                                + '.'
                                + encoded(
                                        "{\"iss\":\"https://issuer.test\",\"aud\":\"seckill\",\"exp\":4000000000,\"sub\":\"eve\"}")
                                + '.'
                                + parts[2]),
                arguments("without a signature", parts[0] + '.' + parts[1] + '.'),
                arguments("half a signature", good.substring(0, good.length() - 100)),
                arguments("longer by a character", good + 'A'),
                arguments("two parts", parts[0] + '.' + parts[1]),
                arguments("four parts", good + '.' + parts[2]),
                arguments("five parts", good + ".." + parts[2]),
                arguments("dots", ".."),
                arguments("a dot", "."),
                arguments("no base64", "%%%.???.!!!"),
                arguments("a header that is a list", encoded("[]") + '.' + parts[1] + '.' + parts[2]),
                arguments("a header without an algorithm", encoded("{}") + '.' + parts[1] + '.' + parts[2]),
                arguments(
                        "a header with two algorithms",
                        encoded("{\"alg\":\"none\",\"alg\":\"RS256\",\"kid\":\"rsa\"}")
                                + '.'
                                + parts[1]
                                + '.'
                                + parts[2]),
                arguments("no ASCII", "é.ü.ß"),
                arguments("two tokens", good + ',' + good),
                arguments("with a space in it", parts[0] + '.' + parts[1] + ". " + parts[2]),
                arguments(
                        "longer than is read",
                        TestIssuer.sign(
                                RSA, ann().claim("padding", "x".repeat(4096)).build())));
    }

    private static String encoded(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Well signed, whatever it says. */
    private static String signed(String claims) throws JOSEException {
        JWSObject token = new JWSObject(header(RSA).build(), new Payload(claims));
        token.sign(new RSASSASigner(RSA));
        return token.serialize();
    }

    private static String hmac(byte[] secret) throws JOSEException {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("rsa").build(), ann().build());
        token.sign(new MACSigner(secret));
        return token.serialize();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whatDoesNotCount")
    void refuses(String what, String token) {
        Callers callers = callers();

        assertThat(refused(callers, token)).isEqualTo(Reason.INVALID);
        assertThat(refused(callers, token)).as("also the second time").isEqualTo(Reason.INVALID);
        assertThat(callers.known()).as("it is not kept").isZero();
    }

    @Test
    void asksForATokenWhereThereIsNone() {
        for (String header : new String[] {null, "", "Bearer", "Bearer ", "Basic YW5uOmFubg==", "ann"}) {
            Unidentified refused =
                    catchThrowableOfType(Unidentified.class, () -> callers().verified(header));

            assertThat(refused.reason()).as(header).isEqualTo(Reason.NO_TOKEN);
        }
    }

    @Test
    void readsTheNameOfTheSchemeInAnyCase() {
        String token = TestIssuer.sign(RSA, ann().build());

        assertThat(callers().verified("bEARER " + token).subject()).isEqualTo("ann");
    }

    @Test
    void countsATokenUntilItsEndAndTheSkewToTheMillisecondSeenBeforeOrNot() {
        Instant end = clock.instant().truncatedTo(ChronoUnit.SECONDS).plusSeconds(60);
        String token = TestIssuer.sign(RSA, ann().expirationTime(Date.from(end)).build());
        Callers seenBefore = callers();
        accepted(seenBefore, token);

        clock.set(end.plusSeconds(30).minusMillis(1));
        assertThat(accepted(seenBefore, token).subject()).isEqualTo("ann");
        assertThat(accepted(callers(), token).subject()).isEqualTo("ann");

        clock.set(end.plusSeconds(30));
        assertThat(refused(seenBefore, token)).isEqualTo(Reason.EXPIRED);
        assertThat(refused(callers(), token)).isEqualTo(Reason.EXPIRED);
    }

    @Test
    void countsATokenFromItsBeginLessTheSkew() {
        Instant begin = clock.instant().truncatedTo(ChronoUnit.SECONDS).plusSeconds(60);
        String token =
                TestIssuer.sign(RSA, ann().notBeforeTime(Date.from(begin)).build());
        Callers callers = callers();

        clock.set(begin.minusSeconds(31));
        assertThat(refused(callers, token)).isEqualTo(Reason.INVALID);

        clock.set(begin.minusSeconds(29));
        assertThat(accepted(callers, token).subject()).isEqualTo("ann");

        clock.set(begin.minusSeconds(31));
        assertThat(refused(callers, token))
                .as("known by now, and the clock went back")
                .isEqualTo(Reason.INVALID);
    }

    @Test
    void bindsTheAgeOfATokenIfItIsToldTo() {
        Callers callers =
                callers(new IdentitySettings().keys(keys).skew(Duration.ZERO).tokenAge(Duration.ofSeconds(60)));
        String token =
                TestIssuer.sign(RSA, ann().issueTime(Date.from(clock.instant())).build());
        String undated = TestIssuer.sign(RSA, ann().issueTime(null).build());

        assertThat(accepted(callers, token).subject()).isEqualTo("ann");
        assertThat(refused(callers, undated)).isEqualTo(Reason.INVALID);
        clock.advance(Duration.ofSeconds(61));
        assertThat(refused(callers, token)).isEqualTo(Reason.EXPIRED);
        assertThat(refused(callers(new IdentitySettings().keys(keys).tokenAge(Duration.ofSeconds(1))), token))
                .isEqualTo(Reason.EXPIRED);
    }

    @Test
    void takesNoAlgorithmThatIsNotAllowed() {
        Callers callers = callers(new IdentitySettings().keys(keys).algorithms("RS256"));

        assertThat(accepted(callers, TestIssuer.sign(RSA, ann().build())).subject())
                .isEqualTo("ann");
        assertThat(refused(callers, TestIssuer.sign(EC, ann().build()))).isEqualTo(Reason.INVALID);
    }

    @Test
    void passesOverKeysThatAreWeakOrForSomethingElse() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        KeyPair pair = generator.generateKeyPair();
        RSAKey weak = new RSAKey.Builder((java.security.interfaces.RSAPublicKey) pair.getPublic())
                .privateKey(pair.getPrivate())
                .keyID("weak")
                .build();
        RSAKey encrypts = new RSAKey.Builder(TestIssuer.rsa("encrypts"))
                .keyUse(KeyUse.ENCRYPTION)
                .build();
        RSAKey longer = new RSAKey.Builder(TestIssuer.rsa("rs512"))
                .algorithm(JWSAlgorithm.RS512)
                .build();
        Path file = Files.writeString(folder.resolve("some.json"), TestIssuer.keySet(RSA, weak, encrypts, longer));
        Callers callers = callers(new IdentitySettings().keys(file));

        assertThat(accepted(callers, TestIssuer.sign(RSA, ann().build())).subject())
                .isEqualTo("ann");
        SignedJWT weakly = new SignedJWT(header(weak).build(), ann().build());
        weakly.sign(new RSASSASigner(pair.getPrivate(), Set.of(AllowWeakRSAKey.getInstance())));
        assertThat(refused(callers, weakly.serialize())).isEqualTo(Reason.INVALID);
        assertThat(refused(callers, TestIssuer.sign(encrypts, ann().build()))).isEqualTo(Reason.INVALID);
        assertThat(refused(callers, TestIssuer.sign(longer, ann().build()))).isEqualTo(Reason.INVALID);
    }

    @Test
    void readsKeysFromAPemAndFromAPrivateJwkToo() throws Exception {
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(RSA.toRSAPublicKey().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        Path pemFile = Files.writeString(folder.resolve("key.pem"), pem);
        Path ecFile = Files.writeString(
                folder.resolve("ec.pem"),
                "-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(EC.toECPublicKey().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n");
        assertThat(accepted(callers(new IdentitySettings().keys(ecFile)), TestIssuer.sign(EC, ann().build()))
                        .subject())
                .isEqualTo("ann");
        Path jwkFile = Files.writeString(folder.resolve("key.json"), RSA.toJSONString());
        String token = TestIssuer.sign(RSA, ann().build());

        assertThat(accepted(callers(new IdentitySettings().keys(pemFile)), token)
                        .subject())
                .isEqualTo("ann");
        assertThat(accepted(callers(new IdentitySettings().keys(pemFile.toUri().toString())), token)
                        .subject())
                .isEqualTo("ann");
        assertThat(accepted(callers(new IdentitySettings().keys(jwkFile)), token)
                        .subject())
                .isEqualTo("ann");
    }

    static Stream<Arguments> roles() {
        return Stream.of(
                arguments(List.of("buyer", "operator"), Set.of("buyer", "operator")),
                arguments(List.of("admin", "operator", "operator"), Set.of("operator")),
                arguments(List.of("Buyer", "buyers", ""), Set.of()),
                arguments(List.of(), Set.of()),
                arguments(List.of(List.of("buyer")), Set.of()),
                arguments("buyer", Set.of()),
                arguments(7, Set.of()),
                arguments(Map.of("buyer", true), Set.of()),
                arguments(null, Set.of()));
    }

    @ParameterizedTest
    @MethodSource("roles")
    void readsTheRolesThatMeanSomethingHere(Object claim, Set<String> roles) {
        String token = TestIssuer.sign(RSA, ann().claim("groups", claim).build());

        assertThat(accepted(callers(), token).roles()).isEqualTo(roles);
    }

    @Test
    void findsTheRolesInsideAnObjectIfItIsToldTo() {
        Callers callers = callers(new IdentitySettings().keys(keys).rolesClaim("realm_access", "roles"));
        String nested = TestIssuer.sign(
                RSA,
                ann().claim("realm_access", Map.of("roles", List.of("operator")))
                        .build());
        String flat = TestIssuer.sign(
                RSA, ann().claim("realm_access", List.of("operator")).build());

        assertThat(accepted(callers, nested).roles()).containsExactly(Role.OPERATOR);
        assertThat(accepted(callers, flat).roles()).isEmpty();
    }

    @Test
    void letsNobodyBuyWithoutTheRoleOrUnderANameThatIsNone() {
        Caller operator = accepted(
                callers(),
                TestIssuer.sign(RSA, TestIssuer.claims("ann", Role.OPERATOR).build()));
        assertThat(catchThrowableOfType(Unidentified.class, operator::buyer).reason())
                .isEqualTo(Reason.WRONG_ROLE);

        for (String subject : List.of("", "auth0|17", "ann bob", "a".repeat(65), "änn", "ann,bob")) {
            Caller caller = accepted(
                    callers(),
                    TestIssuer.sign(RSA, TestIssuer.claims(subject, Role.BUYER).build()));
            assertThat(catchThrowableOfType(Unidentified.class, caller::buyer).reason())
                    .as(subject)
                    .isEqualTo(Reason.NO_BUYERS_NAME);
        }
    }

    @Test
    void keepsNoMoreTokensThanItIsToldTo() {
        Callers callers = callers(new IdentitySettings().keys(keys).mostCached(10));

        for (int i = 0; i < 30; i++) {
            accepted(
                    callers,
                    TestIssuer.sign(
                            RSA, TestIssuer.claims("buyer-" + i, Role.BUYER).build()));
        }

        assertThat(callers.known()).isBetween(1L, 10L);
    }

    @Test
    void verifiesAKnownTokenAnewWhenItsTimeHasCome() throws IOException {
        Path file = Files.writeString(folder.resolve("withdrawn.json"), TestIssuer.keySet(RSA));
        IdentityConfig config =
                new IdentitySettings().keys(file).recheck(Duration.ofMinutes(5)).config();
        Keys known = new Keys(config);
        known.start(Thread::new);
        known.stop();
        Callers callers = new Callers(config, known, clock, clock::nanos);
        String token = TestIssuer.sign(RSA, ann().build());
        accepted(callers, token);

        Files.writeString(file, TestIssuer.keySet(EC));
        known.read();

        clock.advance(Duration.ofMinutes(5).minusSeconds(1));
        assertThat(accepted(callers, token).subject()).isEqualTo("ann");
        clock.advance(Duration.ofSeconds(2));
        assertThat(refused(callers, token)).isEqualTo(Reason.INVALID);
    }

    @Test
    void readsWhomATokenClaimsToBeOfWithoutBelievingIt() {
        Callers callers = callers();
        String forged = TestIssuer.sign(TestIssuer.rsa("forged"), ann().build());

        assertThat(callers.claimed("Bearer " + forged).value()).isEqualTo("ann");
        assertThat(callers.claimed("Bearer x." + encoded("{\"a\":{\"sub\":\"eve\"},\"sub\":\"ann\"}") + ".x")
                        .value())
                .isEqualTo("ann");
        for (String nothing : List.of(
                "",
                "Bearer ",
                "Basic ann",
                "Bearer ann",
                "Bearer x.%%%.x",
                "Bearer x." + encoded("[\"sub\"]") + ".x",
                "Bearer x." + encoded("{\"sub\":7}") + ".x",
                "Bearer x." + encoded("{\"sub\":\"a b\"}") + ".x",
                "Bearer x." + encoded("{\"name\":\"ann\"}") + ".x",
                "Bearer x." + encoded("{\"sub\":\"ann\"").substring(0, 8) + ".x",
                "Bearer x." + encoded("{\"padding\":\"" + "x".repeat(4096) + "\",\"sub\":\"ann\"}") + ".x")) {
            assertThat(callers.claimed(nothing).isAnonymous()).as(nothing).isTrue();
        }
        assertThat(callers.claimed(null).isAnonymous()).isTrue();
    }
}
