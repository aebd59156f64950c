package dev.seckill.identity;

import dev.seckill.trade.BadInput;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.Operator;
import java.security.Principal;
import java.util.Optional;
import java.util.Set;

/**
 * Who sends a request, as a verified token says.
 *
 * @param buyerId the subject, if it is one that can name a buyer
 * @param roles those that mean something here, of {@link Role}
 * @param expiresAtMs until when the token says so, without the skew that clocks are allowed
 */
public record Caller(String subject, Optional<BuyerId> buyerId, Set<String> roles, long expiresAtMs)
        implements Principal {
    static Caller of(String subject, Set<String> roles, long expiresAtMs) {
        return new Caller(subject, buyerId(subject), roles, expiresAtMs);
    }

    private static Optional<BuyerId> buyerId(String subject) {
        try {
            return Optional.of(BuyerId.named(subject));
        } catch (BadInput e) {
            return Optional.empty();
        }
    }

    /** The buyer that it is; fails if it may not buy. */
    public BuyerId buyer() {
        if (!roles.contains(Role.BUYER)) {
            throw new Unidentified(Unidentified.Reason.WRONG_ROLE);
        }
        return buyerId.orElseThrow(() -> new Unidentified(Unidentified.Reason.NO_BUYERS_NAME));
    }

    /** The operator that it is, where only operators are let in. */
    public Operator operator() {
        return new Operator(subject);
    }

    @Override
    public String getName() {
        return subject;
    }
}
