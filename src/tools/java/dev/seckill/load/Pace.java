package dev.seckill.load;

import java.time.Duration;

/**
 * How a load is cut.
 *
 * @param rounds how often each case has its turn
 * @param slice how long a turn is
 * @param warmUp how long all cases together are loaded before, at most
 */
public record Pace(int rounds, Duration slice, Duration warmUp) {
    static final Pace USUAL = new Pace(6, Duration.ofSeconds(5), Duration.ofSeconds(150));

    /** To try the tool: the compilers have not done with the code by then. */
    static final Pace QUICK = new Pace(2, Duration.ofSeconds(1), Duration.ofSeconds(4));
}
