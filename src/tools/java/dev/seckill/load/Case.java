package dev.seckill.load;

import java.time.Duration;

/** One of the loads that are compared. */
interface Case {
    String name();

    Target target();

    /** Loads it for about so long, and throws {@link Spoiled} if it was not answered as it has to be. */
    Slice load(Duration time);

    /** How many answers there were since the beginning, the warm-up included. */
    long answers();

    /** How many more the target may have answered, which the generator did not wait for. */
    long underWay();
}
