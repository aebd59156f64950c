package dev.seckill.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.trade.BadInput;
import java.io.IOException;
import java.io.Reader;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;

/** Which settings are taken. Touches memory and the file of the defaults. */
class IdentityConfigTest {
    private static final Path DEFAULTS = Path.of("src/main/resources/META-INF/microprofile-config.properties");
    private static final Map<String, String> LEAST = Map.of(
            "mp.jwt.verify.issuer", "https://id.example.com",
            "mp.jwt.verify.audiences", "seckill,shop",
            "mp.jwt.verify.publickey.location", "https://id.example.com/jwks");

    private static IdentityConfig read(Map<String, String> settings, String... changes) {
        Map<String, String> all = new HashMap<>(settings);
        for (int i = 0; i < changes.length; i += 2) {
            all.put(changes[i], changes[i + 1]);
        }
        return IdentityConfig.from(config(all));
    }

    /** These settings over the defaults; empty is not set. */
    private static Config config(Map<String, String> settings) {
        Properties defaults = new Properties();
        try (Reader file = Files.newBufferedReader(DEFAULTS)) {
            defaults.load(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return (Config) Proxy.newProxyInstance(
                IdentityConfigTest.class.getClassLoader(),
                new Class<?>[] {Config.class},
                (proxy, method, arguments) -> {
                    String name = (String) arguments[0];
                    Optional<String> text = Optional.ofNullable(settings.getOrDefault(name, defaults.getProperty(name)))
                            .filter(value -> !value.isEmpty());
                    return switch (method.getName()) {
                        case "getOptionalValue" -> text.map(value -> converted(value, (Class<?>) arguments[1]));
                        case "getValue" -> converted(text.orElseThrow(), (Class<?>) arguments[1]);
                        case "getValues" -> Arrays.asList(text.orElseThrow().split(",", -1));
                        default -> throw new UnsupportedOperationException(method.getName());
                    };
                });
    }

    private static Object converted(String value, Class<?> type) {
        return switch (type.getSimpleName()) {
            case "String" -> value;
            case "Integer" -> Integer.valueOf(value);
            case "Duration" -> Duration.parse(value);
            default -> throw new UnsupportedOperationException(type.getName());
        };
    }

    @Test
    void needsIssuerAudienceAndKeysAndHasDefaultsForTheRest() {
        IdentityConfig config = read(LEAST);

        assertThat(config.audiences()).containsExactlyInAnyOrder("seckill", "shop");
        assertThat(config.algorithms()).containsExactlyInAnyOrder("RS256", "ES256");
        assertThat(config.rolesClaim()).containsExactly("groups");
        assertThat(config.tokenAge()).isEmpty();
        assertThat(config.longestToken()).isEqualTo(4096);
        for (String name : LEAST.keySet()) {
            assertThatThrownBy(() -> read(LEAST, name, ""))
                    .isInstanceOf(BadInput.class)
                    .hasMessageStartingWith(name + " is missing");
        }
    }

    @Test
    void readsWhatIsSet() {
        IdentityConfig config = read(
                LEAST,
                "mp.jwt.verify.publickey.algorithm",
                "ES256",
                "mp.jwt.verify.token.age",
                "3600",
                "mp.jwt.verify.clock.skew",
                "5",
                "seckill.identity.roles-claim",
                "realm_access/roles");

        assertThat(config.algorithms()).containsExactly("ES256");
        assertThat(config.tokenAge()).contains(Duration.ofHours(1));
        assertThat(config.skew()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.rolesClaim()).containsExactly("realm_access", "roles");
    }

    @Test
    void refusesWhatCannotBeMeant() {
        Map<String, List<String>> wrong = Map.of(
                "mp.jwt.verify.publickey.algorithm", List.of("HS256", "none", "RS256,none", "RS512", "PS256"),
                "mp.jwt.verify.clock.skew", List.of("-1", "301"),
                "mp.jwt.verify.token.age", List.of("0", "-1"),
                "mp.jwt.verify.publickey", List.of("MIIBIjANBgkqhkiG"),
                "seckill.identity.roles-claim", List.of("/", "a//b", "a/"),
                "seckill.identity.longest-token", List.of("0", "8001"),
                "seckill.identity.most-cached", List.of("-1", "10000001"),
                "seckill.identity.recheck", List.of("PT0S", "P2D"),
                "seckill.identity.keys-refresh", List.of("PT0S", "P2D"),
                "seckill.identity.keys-outlive", List.of("PT1M", "P31D"));

        wrong.forEach((name, values) -> {
            for (String value : values) {
                assertThatThrownBy(() -> read(LEAST, name, value))
                        .as(name + "=" + value)
                        .isInstanceOf(BadInput.class)
                        .hasMessageContaining(name);
            }
        });
    }

    @Test
    void isATrialOnlyWithoutAnyOtherIssuer() {
        Map<String, String> trial = Map.of(IdentityConfig.TRIAL_KEY_FILE, "/data/trial-key.jwk");

        IdentityConfig config = read(trial);

        assertThat(config.issuer()).isEqualTo(IdentityConfig.TRIAL_ISSUER);
        assertThat(config.audiences()).isEqualTo(Set.of(IdentityConfig.TRIAL_AUDIENCE));
        assertThat(config.keyLocation()).isEqualTo("/data/trial-key.jwk");
        LEAST.forEach((name, value) -> assertThatThrownBy(() -> read(trial, name, value))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(name));
    }
}
