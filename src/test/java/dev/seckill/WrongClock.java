package dev.seckill;

import java.util.Map;

/** A node's wall clock, and nothing else, shows another time. Nothing happens where libfaketime is missing. */
final class WrongClock {
    private WrongClock() {}

    /**
     * For the node's environment. What a process measures durations with has to go on as it does, and without the third setting
     * libfaketime 0.9.10 makes every wait of a JVM return at once.
     *
     * @param by as {@code +1h}, {@code -7m}
     */
    static Map<String, String> by(String by) {
        return Needs.Extra.LIBFAKETIME
                .find()
                .map(library -> Map.of(
                        "LD_PRELOAD",
                        library.toString(),
                        "FAKETIME",
                        by,
                        "FAKETIME_FORCE_MONOTONIC_FIX",
                        "0",
                        "FAKETIME_DONT_FAKE_MONOTONIC",
                        "1"))
                .orElse(Map.of());
    }
}
