package dev.seckill.identity;

import java.util.Set;

/** What a caller may do, in the words of a token. Nobody is both unless its token says both. */
public final class Role {
    /** Buys, and sees and cancels its own reservations. */
    public static final String BUYER = "buyer";

    /** Puts sales on and changes them. */
    public static final String OPERATOR = "operator";

    static final Set<String> ALL = Set.of(BUYER, OPERATOR);

    private Role() {}
}
