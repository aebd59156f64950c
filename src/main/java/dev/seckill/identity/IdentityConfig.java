package dev.seckill.identity;

import dev.seckill.trade.BadInput;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;

/**
 * Whose tokens count, and by what they are checked. See microprofile-config.properties for each value's reason.
 *
 * @param issuer who must have issued a token
 * @param audiences one of them must be among those a token is for
 * @param keyLocation of the issuer's public keys: the address of a JWK set, or a file or a resource of the WAR
 * @param algorithms that a token may be signed by
 * @param tokenAge the oldest that a token may be, if that is bounded
 * @param rolesClaim where a token has its roles; a slash leads into an object
 * @param recheck how long a verified token counts as such before it is verified anew
 * @param keysRefresh how often the keys are read again
 * @param keysTimeout of a step of reading them
 * @param keysOutlive how long they count when they can't be read any more
 */
public record IdentityConfig(
        String issuer,
        Set<String> audiences,
        String keyLocation,
        Set<String> algorithms,
        Duration skew,
        Optional<Duration> tokenAge,
        List<String> rolesClaim,
        int mostCached,
        int longestToken,
        Duration recheck,
        Duration keysRefresh,
        Duration keysTimeout,
        Duration keysOutlive) {
    /** What a trial's tokens say they are: nobody but a trial can say so, because it goes with no other issuer. */
    public static final String TRIAL_ISSUER = "urn:seckill:trial";

    public static final String TRIAL_AUDIENCE = "seckill";
    public static final String TRIAL_KEY_FILE = "seckill.trial-issuer.key-file";

    private static final String ISSUER = "mp.jwt.verify.issuer";
    private static final String AUDIENCES = "mp.jwt.verify.audiences";
    private static final String KEY = "mp.jwt.verify.publickey";
    private static final String KEY_LOCATION = "mp.jwt.verify.publickey.location";
    private static final Set<String> ALGORITHMS = Set.of("RS256", "ES256");

    /** All headers of a request together are at most 8 KiB in this server. */
    private static final int LONGEST_TOKEN = 8_000;

    private static final int MOST_CACHED = 10_000_000;
    private static final Duration MOST_SKEW = Duration.ofMinutes(5);
    private static final Duration DAY = Duration.ofDays(1);

    public IdentityConfig {
        audiences = Set.copyOf(audiences);
        algorithms = Set.copyOf(algorithms);
        rolesClaim = List.copyOf(rolesClaim);
        if (algorithms.isEmpty() || !ALGORITHMS.containsAll(algorithms)) {
            throw new BadInput("mp.jwt.verify.publickey.algorithm is RS256, ES256 or both, not " + algorithms);
        }
        require("mp.jwt.verify.clock.skew", skew, Duration.ZERO, MOST_SKEW);
        tokenAge.ifPresent(
                age -> require("mp.jwt.verify.token.age", age, Duration.ofSeconds(1), DAY.multipliedBy(365)));
        if (rolesClaim.isEmpty() || rolesClaim.stream().anyMatch(String::isBlank)) {
            throw new BadInput("seckill.identity.roles-claim is the name of a claim, or a path such as a/b.");
        }
        if (mostCached < 0 || mostCached > MOST_CACHED) {
            throw new BadInput("seckill.identity.most-cached is 0 to " + MOST_CACHED + ", not " + mostCached);
        }
        if (longestToken < 1 || longestToken > LONGEST_TOKEN) {
            throw new BadInput("seckill.identity.longest-token is 1 to " + LONGEST_TOKEN + ", not " + longestToken);
        }
        require("seckill.identity.recheck", recheck, Duration.ofSeconds(1), DAY);
        require("seckill.identity.keys-refresh", keysRefresh, Duration.ofSeconds(1), DAY);
        require("seckill.identity.keys-timeout", keysTimeout, Duration.ofMillis(1), Duration.ofMinutes(1));
        require("seckill.identity.keys-outlive", keysOutlive, keysRefresh, DAY.multipliedBy(30));
    }

    private static void require(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new BadInput(name + " is " + least + " to " + most + ", not " + value);
        }
    }

    public static IdentityConfig from(Config config) {
        Optional<String> trial = config.getOptionalValue(TRIAL_KEY_FILE, String.class);
        for (String name : List.of(ISSUER, AUDIENCES, KEY_LOCATION)) {
            boolean isSet = config.getOptionalValue(name, String.class).isPresent();
            if (trial.isPresent() && isSet) {
                throw new BadInput(TRIAL_KEY_FILE + " lets anybody sign in under any name, so it goes with no other"
                        + " issuer: unset it, or " + name);
            }
            if (trial.isEmpty() && !isSet) {
                throw new BadInput(name + " is missing: without it nobody could buy. (For a trial set " + TRIAL_KEY_FILE
                        + " instead of all mp.jwt.verify settings.)");
            }
        }
        if (config.getOptionalValue(KEY, String.class).isPresent()) {
            throw new BadInput(KEY + " is not read: put the key into a file and name that in " + KEY_LOCATION);
        }
        return new IdentityConfig(
                trial.isPresent() ? TRIAL_ISSUER : config.getValue(ISSUER, String.class),
                trial.isPresent() ? Set.of(TRIAL_AUDIENCE) : Set.copyOf(config.getValues(AUDIENCES, String.class)),
                trial.orElseGet(() -> config.getValue(KEY_LOCATION, String.class)),
                Set.copyOf(config.getValues("mp.jwt.verify.publickey.algorithm", String.class)),
                Duration.ofSeconds(config.getValue("mp.jwt.verify.clock.skew", Integer.class)),
                config.getOptionalValue("mp.jwt.verify.token.age", Integer.class)
                        .map(Duration::ofSeconds),
                List.of(config.getValue("seckill.identity.roles-claim", String.class)
                        .split("/", -1)),
                config.getValue("seckill.identity.most-cached", Integer.class),
                config.getValue("seckill.identity.longest-token", Integer.class),
                config.getValue("seckill.identity.recheck", Duration.class),
                config.getValue("seckill.identity.keys-refresh", Duration.class),
                config.getValue("seckill.identity.keys-timeout", Duration.class),
                config.getValue("seckill.identity.keys-outlive", Duration.class));
    }
}
