package dev.seckill.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.seckill.JwksServer;
import dev.seckill.TestIssuer;
import dev.seckill.identity.Unidentified.Reason;
import dev.seckill.trade.BadInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the issuer's keys come, change and stay. Touches memory, loopback and files. */
class KeysTest {
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final RSAKey FIRST = TestIssuer.rsa("first");
    private static final RSAKey SECOND = TestIssuer.rsa("second");

    private final JwksServer issuer = JwksServer.of(FIRST);
    private Keys keys;
    private Callers callers;

    private void begin(IdentitySettings settings) {
        IdentityConfig config = settings.config();
        keys = new Keys(config, PAUSE);
        callers = new Callers(config, keys, Clock.systemUTC(), System::nanoTime);
        keys.start(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        });
    }

    private void begin() {
        begin(new IdentitySettings().keys(issuer.address()));
    }

    @AfterEach
    void end() {
        keys.stop();
        issuer.close();
    }

    private static String token(JWK key) {
        JWTClaimsSet claims =
                TestIssuer.claims("ann-" + System.nanoTime(), Role.BUYER).build();
        return "Bearer " + TestIssuer.sign(key, claims);
    }

    private boolean counts(JWK key) {
        return callers.verified(token(key)).roles().contains(Role.BUYER);
    }

    private Reason refused(JWK key) {
        return catchThrowableOfType(Unidentified.class, () -> callers.verified(token(key)))
                .reason();
    }

    private void awaitKeys() {
        await().atMost(Duration.ofSeconds(10)).until(keys::areKnown);
    }

    @Test
    void readsThemAtTheStartWithoutBeingAsked() {
        begin();

        awaitKeys();

        assertThat(counts(FIRST)).isTrue();
        assertThat(issuer.asked()).isEqualTo(1);
    }

    @Test
    void knowsANewKeyASoonAsSomebodyComesWithIt() {
        begin();
        awaitKeys();

        issuer.publish(FIRST, SECOND);
        assertThat(refused(SECOND)).as("come again").isEqualTo(Reason.KEYS_AWAY);

        await().atMost(Duration.ofSeconds(5)).ignoreExceptions().until(() -> counts(SECOND));
        assertThat(counts(FIRST)).isTrue();
    }

    @Test
    void refusesAKeyIdThatTheIssuerDoesNotHaveOnceItWasAsked() {
        begin();
        awaitKeys();

        assertThat(refused(SECOND)).isEqualTo(Reason.KEYS_AWAY);

        await().atMost(Duration.ofSeconds(5)).until(() -> refused(SECOND) == Reason.INVALID);
        assertThat(counts(FIRST)).isTrue();
    }

    @Test
    void asksTheIssuerNoMoreOftenWhateverKeyIdsComeIn() throws InterruptedException {
        begin();
        awaitKeys();
        JWTClaimsSet claims = TestIssuer.claims("eve", Role.BUYER).build();
        String[] parts = TestIssuer.sign(SECOND, claims).split("\\.", -1);
        int before = issuer.asked();

        long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        for (int i = 0; System.nanoTime() < end; i++) {
            String header = java.util.Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(("{\"alg\":\"RS256\",\"kid\":\"strange-" + i + "\"}")
                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            String token = "Bearer " + header + '.' + parts[1] + '.' + parts[2];
            assertThat(catchThrowableOfType(Unidentified.class, () -> callers.verified(token)))
                    .isNotNull();
        }

        assertThat(issuer.asked() - before).isBetween(1, 12);
        assertThat(counts(FIRST)).isTrue();
    }

    @Test
    void forgetsAKeyThatIsWithdrawn() {
        begin(new IdentitySettings()
                .keys(issuer.address())
                .keysRefresh(Duration.ofSeconds(1))
                .mostCached(0));
        awaitKeys();
        assertThat(counts(FIRST)).isTrue();

        issuer.publish(SECOND);

        await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(() -> counts(SECOND));
        await().atMost(Duration.ofSeconds(10)).until(() -> refused(FIRST) == Reason.INVALID);
    }

    @Test
    void keepsTheKeysWhileTheIssuerIsAwayAndTakesNewOnesWhenItIsBack() {
        begin(new IdentitySettings().keys(issuer.address()).keysRefresh(Duration.ofSeconds(1)));
        awaitKeys();
        issuer.goAway();

        await().during(Duration.ofMillis(2500)).atMost(Duration.ofSeconds(5)).until(() -> counts(FIRST));
        assertThat(refused(SECOND)).as("nobody can tell").isEqualTo(Reason.KEYS_AWAY);

        issuer.publish(SECOND);
        issuer.comeBack();
        await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(() -> counts(SECOND));
    }

    @Test
    void keepsTheKeysWhenTheIssuerAnswersNonsense() throws InterruptedException {
        begin(new IdentitySettings().keys(issuer.address()).keysRefresh(Duration.ofSeconds(1)));
        awaitKeys();

        for (String nonsense :
                new String[] {"", "no JSON", "{\"keys\":[]}", "{\"keys\":7}", "[]", "x".repeat(100_000)}) {
            issuer.answer(200, nonsense);
            int before = issuer.asked();
            await().atMost(Duration.ofSeconds(5)).until(() -> issuer.asked() > before + 1);
            assertThat(counts(FIRST)).as(nonsense).isTrue();
        }
        issuer.answer(500, TestIssuer.keySet(SECOND));
        Thread.sleep(300);
        assertThat(counts(FIRST)).isTrue();
    }

    @Test
    void forgetsTheKeysWhenTheIssuerHasBeenAwayForTooLong() {
        begin(new IdentitySettings()
                .keys(issuer.address())
                .keysRefresh(Duration.ofSeconds(1))
                .keysOutlive(Duration.ofSeconds(2)));
        awaitKeys();
        issuer.goAway();

        await().atMost(Duration.ofSeconds(10)).until(() -> !keys.areKnown());

        assertThat(refused(FIRST)).isEqualTo(Reason.KEYS_AWAY);
    }

    @Test
    void saysSoWhenItNeverHadAKeyAndServesAsSoonAsItHas() {
        issuer.goAway();
        begin();

        assertThat(keys.areKnown()).isFalse();
        assertThat(refused(FIRST)).isEqualTo(Reason.KEYS_AWAY);

        issuer.comeBack();
        await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(() -> counts(FIRST));
    }

    @Test
    void letsNobodyWaitForASlowIssuer() {
        issuer.delay(200);
        begin();

        long begin = System.nanoTime();
        assertThat(refused(FIRST)).isEqualTo(Reason.KEYS_AWAY);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(150));

        await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(() -> counts(FIRST));
        issuer.delay(60_000);
        await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(5)).until(() -> counts(FIRST));
    }

    @Test
    void doesNotBeginWithAFileThatHasNoKey(@TempDir Path folder) throws Exception {
        for (String content : new String[] {"", "no key", "{\"keys\":[]}", TestIssuer.keySet()}) {
            Path file = Files.writeString(folder.resolve("keys"), content);
            assertThatThrownBy(() -> begin(new IdentitySettings().keys(file)))
                    .as(content)
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("mp.jwt.verify.publickey.location");
        }
        assertThatThrownBy(() -> begin(new IdentitySettings().keys(folder.resolve("nothing"))))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("nothing");
    }
}
