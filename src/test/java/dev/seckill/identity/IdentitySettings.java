package dev.seckill.identity;

import dev.seckill.TestIssuer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whose tokens count in a test, in which the test names only what it is about. */
final class IdentitySettings {
    private String keyLocation = TestIssuer.keySetFile().toString();
    private Set<String> algorithms = Set.of("RS256", "ES256");
    private Duration skew = Duration.ofSeconds(30);
    private Optional<Duration> tokenAge = Optional.empty();
    private List<String> rolesClaim = List.of("groups");
    private int mostCached = 100;
    private Duration recheck = Duration.ofMinutes(5);
    private Duration keysRefresh = Duration.ofMinutes(5);
    private Duration keysOutlive = Duration.ofHours(1);

    IdentitySettings keys(Path file) {
        return keys(file.toString());
    }

    IdentitySettings keys(String location) {
        keyLocation = location;
        return this;
    }

    IdentitySettings algorithms(String... names) {
        algorithms = Set.of(names);
        return this;
    }

    IdentitySettings skew(Duration changed) {
        skew = changed;
        return this;
    }

    IdentitySettings tokenAge(Duration changed) {
        tokenAge = Optional.of(changed);
        return this;
    }

    IdentitySettings rolesClaim(String... path) {
        rolesClaim = List.of(path);
        return this;
    }

    IdentitySettings mostCached(int changed) {
        mostCached = changed;
        return this;
    }

    IdentitySettings recheck(Duration changed) {
        recheck = changed;
        return this;
    }

    IdentitySettings keysRefresh(Duration changed) {
        keysRefresh = changed;
        return this;
    }

    IdentitySettings keysOutlive(Duration changed) {
        keysOutlive = changed;
        return this;
    }

    IdentityConfig config() {
        return new IdentityConfig(
                TestIssuer.ISSUER,
                Set.of(TestIssuer.AUDIENCE),
                keyLocation,
                algorithms,
                skew,
                tokenAge,
                rolesClaim,
                mostCached,
                4096,
                recheck,
                keysRefresh,
                Duration.ofMillis(300),
                keysOutlive);
    }
}
