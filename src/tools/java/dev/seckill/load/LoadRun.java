package dev.seckill.load;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;

/**
 * A run that is over.
 *
 * @param beganAtMs when the first attempt was due, by this machine's clock
 * @param attempts how many there were, each of a buyer of its own
 * @param heard every try's answer
 * @param ends what each attempt heard last
 * @param settling in microseconds, from when an attempt was first due until it heard that
 * @param won every reservation that an answer named
 * @param unsent tries given up while they waited for a connection
 * @param nanos from the start until the last attempt was settled
 * @param cpuNanos processor time that this process took meanwhile
 */
record LoadRun(
        long beganAtMs,
        int attempts,
        Tally heard,
        Ends ends,
        Histogram settling,
        Winnings won,
        int unsent,
        long nanos,
        long cpuNanos) {
    /** What each attempt heard last. */
    record Ends(List<Verdict> verdicts) {
        Verdict of(int attempt) {
            return verdicts.get(attempt);
        }

        Map<Verdict, Integer> counts() {
            Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
            for (Verdict verdict : verdicts) {
                counts.merge(verdict, 1, Integer::sum);
            }
            return counts;
        }
    }

    /** Throws {@link Spoiled} if anybody heard what cannot be heard there. */
    void requireOnly(Set<Verdict> possible, String where) {
        Set<Verdict> impossible = EnumSet.complementOf(EnumSet.copyOf(possible));
        for (Verdict verdict : impossible) {
            if (heard.count(verdict) > 0) {
                throw new Spoiled("%s: %,d of %,d tries heard %s, which cannot be there."
                        .formatted(where, heard.count(verdict), heard.count(), verdict));
            }
        }
    }

    double perSecond(long count) {
        return count * 1e9 / nanos;
    }
}
