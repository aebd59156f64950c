package dev.seckill.lab;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How many purchases of a time failed at first, and how long that went on: from when the first of them was due to when the first
 * good one after the last of them was.
 *
 * @param isOver whether there was a good one after them
 */
record Outage(int made, int failed, Duration length, boolean isOver) {
    /** Of purchases in the order in which they were due. */
    static Outage of(List<Purchase> purchases) {
        int[] failed = IntStream.range(0, purchases.size())
                .filter(i -> purchases.get(i).isFailedAtFirst())
                .toArray();
        if (failed.length == 0) {
            return new Outage(purchases.size(), 0, Duration.ZERO, true);
        }
        int after = failed[failed.length - 1] + 1;
        boolean isOver = after < purchases.size();
        long endMs = purchases.get(isOver ? after : after - 1).dueMs();
        return new Outage(
                purchases.size(),
                failed.length,
                Duration.ofMillis(endMs - purchases.get(failed[0]).dueMs()),
                isOver);
    }

    @Override
    public String toString() {
        return failed == 0
                ? "0 of %d failed".formatted(made)
                : "%d of %d failed at first, in %.2f s%s"
                        .formatted(failed, made, length.toMillis() / 1000.0, isOver ? "" : " and no end");
    }
}
