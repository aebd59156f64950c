package dev.seckill.load;

import java.util.EnumSet;
import java.util.Set;

/** What one attempt heard, as a client can tell it from the status and the problem's type. */
enum Verdict {
    RESERVED,
    ALREADY_RESERVED,
    SOLD_OUT,
    LIMIT_REACHED,
    NOT_OPEN,
    BUSY,
    UNKNOWN,
    /** Any other answer. */
    OTHER,
    /**
     * None in time: the connection broke, or patience ended, be it while the attempt waited for a connection; or nginx says that
     * it had none from a node.
     */
    NO_ANSWER;

    private static final Set<Verdict> WINS = EnumSet.of(RESERVED, ALREADY_RESERVED);
    private static final Set<Verdict> REPEATABLE = EnumSet.of(BUSY, UNKNOWN, NO_ANSWER);

    /** Whether the buyer now knows of a reservation of its own. */
    boolean isWin() {
        return WINS.contains(this);
    }

    /** Whether a client asks again with the same key. */
    boolean isRepeatable() {
        return REPEATABLE.contains(this);
    }
}
