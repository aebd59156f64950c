package dev.seckill.trial;

import dev.seckill.identity.Role;
import dev.seckill.signin.TrialIssuer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Signs tokens of a trial with the key of its issuer. */
public final class Tokens {
    /** Longer than anybody leaves a trial running. */
    private static final Duration OPERATORS_LIFE = Duration.ofDays(30);

    private Tokens() {}

    public static String operator(Path keyFile) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        return TrialIssuer.of(keyFile).sign("operator", List.of(Role.OPERATOR), now, now.plus(OPERATORS_LIFE));
    }
}
