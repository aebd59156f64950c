package dev.seckill.load;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Loads several cases in turns, so that whatever else the machine does meets them all alike: after a warm-up that ends
 * when none of them gets faster any more, each has its slice in each round. Every other round goes backwards, so that
 * no case is always the one after another.
 */
final class Rounds {
    /** Turns in a warm-up: short, so that all of them warm up together. */
    private static final Duration WARM_UP_SLICE = Duration.ofSeconds(3);

    /** Faster by less than this is not getting faster. */
    private static final double RISE = 1.05;

    /** A pause of the machine looks like the end of the rise: only the second time is it one. */
    private static final int ENOUGH_WITHOUT_RISE = 2;

    /**
     * Not warm before so many answers, however steady: what the compilers do is counted in calls, not in seconds, and
     * on a busy machine nothing seems to rise.
     */
    private static final long ENOUGH_ANSWERS = 400_000;

    private final String verb;
    private final List<? extends Case> cases;
    private final Pace pace;
    private final Progress progress;
    private String warmUpTold = "";

    Rounds(String verb, List<? extends Case> cases, Pace pace, Progress progress) {
        this.verb = verb;
        this.cases = cases;
        this.pace = pace;
        this.progress = progress;
    }

    /** Loads each until none gets faster; gives how often each was loaded. */
    int warmUp() {
        Duration turn = pace.slice().compareTo(WARM_UP_SLICE) < 0 ? pace.slice() : WARM_UP_SLICE;
        long end = System.nanoTime() + pace.warmUp().toNanos();
        double[] best = new double[cases.size()];
        int withoutRise = 0;
        int turns = 0;
        while (!isWarm(withoutRise) && System.nanoTime() - end < 0) {
            boolean rises = false;
            turns++;
            for (int i = 0; i < cases.size(); i++) {
                Case each = cases.get(i);
                progress.step(
                        verb + ": warming up " + each.name() + perSecond(best[i]),
                        Duration.ofNanos(Math.max(0, end - System.nanoTime())).plus(roundsTime()));
                double rate = each.load(turn).perSecond();
                rises |= rate > best[i] * RISE;
                best[i] = Math.max(best[i], rate);
            }
            withoutRise = rises ? 0 : withoutRise + 1;
        }
        warmUpTold = isWarm(withoutRise)
                ? "The warm-up (%d turns each) ended when nothing got faster any more.".formatted(turns)
                : "The warm-up (%d turns each) was cut off before everything was warm: --warm-up allows more."
                        .formatted(turns);
        return turns;
    }

    private boolean isWarm(int withoutRise) {
        return withoutRise >= ENOUGH_WITHOUT_RISE && cases.stream().allMatch(each -> each.answers() >= ENOUGH_ANSWERS);
    }

    /** How the warm-up ended, in a sentence. */
    String warmUpTold() {
        return warmUpTold;
    }

    private Duration roundsTime() {
        return pace.slice().multipliedBy((long) pace.rounds() * cases.size());
    }

    private static String perSecond(double rate) {
        return rate == 0 ? "" : " (%,.0f/s)".formatted(rate);
    }

    /** Gives each case its turns; what the processes use meanwhile is counted for the case whose turn it is. */
    Map<String, Turns> run(Function<Target, Reading> meter) {
        Map<String, Turns> all = new LinkedHashMap<>();
        cases.forEach(each -> all.put(each.name(), new Turns()));
        long beginNanos = System.nanoTime();
        for (int round = 0; round < pace.rounds(); round++) {
            for (int i = 0; i < cases.size(); i++) {
                Case each = cases.get(round % 2 == 0 ? i : cases.size() - 1 - i);
                long ahead = (long) (pace.rounds() - round) * cases.size() - i;
                Turns turns = all.get(each.name());
                progress.step(
                        "%s: round %d of %d, %s%s"
                                .formatted(verb, round + 1, pace.rounds(), each.name(), perSecond(turns.lastRate())),
                        pace.slice().multipliedBy(ahead));
                double startedAt = (System.nanoTime() - beginNanos) / 1e9;
                Reading before = meter.apply(each.target());
                Slice slice = each.load(pace.slice());
                if (slice.answers() == 0) {
                    throw new Spoiled(
                            each.name() + ": no answer from " + each.target().address() + " in a whole slice.");
                }
                turns.add(startedAt, slice, before, meter.apply(each.target()));
            }
        }
        return all;
    }
}
