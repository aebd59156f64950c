package dev.seckill.load;

import java.time.Duration;

/** One of the loads that are compared. */
interface Case {
    String name();

    Target target();

    /** Loads it for about so long, and throws {@link Spoiled} if it was not answered as it has to be. */
    Slice load(Duration time);
}
