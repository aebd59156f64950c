package dev.seckill.signin;

import dev.seckill.identity.IdentityConfig;
import dev.seckill.trade.BadInput;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/**
 * Whether guests can sign in. See microprofile-config.properties for each value's reason.
 *
 * @param issuer signs their tokens; empty: nobody can
 * @param tokenLife how long a token counts
 */
public record SignInConfig(Optional<TrialIssuer> issuer, Duration tokenLife) {
    public SignInConfig {
        if (tokenLife.toSeconds() < 1 || tokenLife.toDays() > 365) {
            throw new BadInput("seckill.trial-issuer.token-life is PT1S to P365D, not " + tokenLife);
        }
    }

    public static SignInConfig from(Config config) {
        return new SignInConfig(
                config.getOptionalValue(IdentityConfig.TRIAL_KEY_FILE, String.class)
                        .map(file -> TrialIssuer.of(Path.of(file))),
                config.getValue("seckill.trial-issuer.token-life", Duration.class));
    }
}
