package dev.seckill.load;

import java.util.stream.Stream;

/**
 * A load, and the same on what answers with a constant.
 *
 * @param constant null if there is nothing to compare with
 */
record Pair(Case ours, Case constant) {
    Stream<Case> cases() {
        return constant == null ? Stream.of(ours) : Stream.of(ours, constant);
    }
}
