package dev.seckill.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.seckill.identity.TokenVerifier.Verified;
import dev.seckill.identity.Unidentified.Reason;
import dev.seckill.trade.BuyerId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.Collections;
import java.util.Enumeration;

/**
 * Knows callers by the tokens they send. A token is verified when it is first seen; after that its hash is enough, until
 * it expires, or until it is time to verify it anew, because its key may have been withdrawn.
 *
 * <p>Only what was verified is kept, so whoever has no valid token can push nobody out. 375 bytes each for a
 * subject of 36 characters (heap in use with 100 000 of them and without): 38 MB for 100 000.
 */
@ApplicationScoped
public class Callers {
    private static final String BEARER = "Bearer ";

    private IdentityConfig config;
    private TokenVerifier verifier;
    private Clock clock;
    private Cache<TokenHash, Verified> seen;

    @Inject
    Callers(IdentityConfig config, Keys keys) {
        this(config, keys, Clock.systemUTC(), Ticker.systemTicker());
    }

    Callers(IdentityConfig config, Keys keys, Clock clock, Ticker ticker) {
        this.config = config;
        this.clock = clock;
        verifier = new TokenVerifier(config, keys, clock);
        seen = Caffeine.newBuilder()
                .maximumSize(config.mostCached())
                .expireAfterWrite(config.recheck())
                .ticker(ticker)
                // what it has to tidy up is little, and no pool of the server's has to be borrowed for it
                .executor(Runnable::run)
                .build();
    }

    /** For the container's proxy. */
    Callers() {}

    /** The header as JAX-RS reads it: sent twice it is both, with a comma between, which is no token. */
    public static String authorization(HttpServletRequest request) {
        Enumeration<String> values = request.getHeaders("Authorization");
        if (!values.hasMoreElements()) {
            return null;
        }
        String first = values.nextElement();
        return values.hasMoreElements() ? first + ',' + String.join(",", Collections.list(values)) : first;
    }

    /**
     * Whom a request claims to come from, unverified; the anonymous buyer if it claims nothing. For whatever everybody may
     * hear.
     */
    public BuyerId claimed(String authorization) {
        return hasToken(authorization) && authorization.length() <= BEARER.length() + config.longestToken()
                ? Claimed.buyer(token(authorization))
                : BuyerId.ANONYMOUS;
    }

    /** Who sends a request with this header; fails if that is not known. */
    public Caller verified(String authorization) {
        if (!hasToken(authorization)) {
            throw new Unidentified(Reason.NO_TOKEN);
        }
        String token = token(authorization);
        if (token.length() > config.longestToken()) {
            throw new Unidentified(Reason.INVALID);
        }
        TokenHash hash = TokenHash.of(token);
        Verified known = seen.getIfPresent(hash);
        long nowMs = clock.millis();
        if (known != null && nowMs < known.untilMs() && nowMs >= known.notBeforeMs()) {
            return known.caller();
        }
        Verified verified = verifier.verify(token);
        seen.put(hash, verified);
        return verified.caller();
    }

    private static boolean hasToken(String authorization) {
        return authorization != null
                && authorization.length() > BEARER.length()
                && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
    }

    private static String token(String authorization) {
        return authorization.substring(BEARER.length()).strip();
    }

    /** Tokens that are known now. */
    public long known() {
        return seen.estimatedSize();
    }
}
