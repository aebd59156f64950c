package dev.seckill.lab;

import dev.seckill.trial.Pause;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What a story has in hand: a lab in which steady buyers buy. Whatever it cuts, it says how to mend that too; and from then on
 * purchases are counted as of another phase, each with its bound.
 */
final class Scene {
    private static final Duration POLL = Duration.ofMillis(20);

    /** So long purchases succeed before a phase may end: as long as one that is still waiting can take to fail. */
    private static final Duration GOOD = Duration.ofMillis(1_500);

    private final Lab lab;
    private final Network network;
    private final Buyers buyers;
    private final List<Phase> phases = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Deque<Runnable> undo = new ArrayDeque<>();

    Scene(Lab lab, Buyers buyers) {
        this.lab = lab;
        this.buyers = buyers;
        network = new Network(lab);
    }

    /** Nothing is cut yet. */
    void begin() {
        begin("calm", Bound.nobody());
    }

    /**
     * A part of a story.
     *
     * @param fromMs since 1970; it ends when the next one begins
     */
    record Phase(String name, long fromMs, Bound bound) {
        /** Of the purchases that heard something while it was. */
        Outage outage(List<Purchase> purchases, long toMs) {
            return Outage.of(purchases.stream()
                    .filter(each -> each.heardAtMs() >= fromMs && each.heardAtMs() < toMs)
                    .toList());
        }
    }

    Lab lab() {
        return lab;
    }

    Network network() {
        return network;
    }

    Buyers buyers() {
        return buyers;
    }

    List<Phase> phases() {
        return phases;
    }

    List<String> notes() {
        return notes;
    }

    /** Adds a number to what is told of the story. */
    void note(String words) {
        notes.add(words);
    }

    void expect(boolean isSo, String expected, Object seen) {
        if (!isSo) {
            throw new Unexpected(expected, "it was " + seen);
        }
    }

    // --- phases -----------------------------------------------------------------------------------------------------

    private void begin(String name, Bound bound) {
        phases.add(new Phase(name, System.currentTimeMillis(), bound));
    }

    /** Cuts something, and remembers how to mend it. */
    void cut(Bound bound, Runnable cut, Runnable mend) {
        begin("cut", bound);
        undo.push(mend);
        cut.run();
    }

    /** Mends all that was cut, the last first, and waits until the lab is whole and purchases succeed. */
    void mend(Bound bound, Duration patience) {
        begin("back", bound);
        long beganNanos = System.nanoTime();
        mendAll();
        lab.awaitWhole(patience);
        note("whole again after %.1f s".formatted(secondsSince(beganNanos)));
        goOn();
    }

    /** Whatever a story has left. */
    void mendAll() {
        while (!undo.isEmpty()) {
            // forgotten only once it is done: who is interrupted mends again
            undo.peek().run();
            undo.pop();
        }
    }

    boolean isMended() {
        return undo.isEmpty();
    }

    /** Waits until purchases have succeeded for a while. */
    void goOn() {
        buyers.awaitGood(GOOD);
    }

    // --- waiting ----------------------------------------------------------------------------------------------------

    /** Waits until it is so, for as long as is promised and some slack. */
    void until(String expected, Duration promised, BooleanSupplier isSo, Supplier<?> seen) {
        long beganNanos = System.nanoTime();
        Duration bound = Bound.withSlack(promised);
        while (!isSo.getAsBoolean()) {
            if (System.nanoTime() - beganNanos > bound.toNanos()) {
                throw new Unexpected(expected, "after " + bound.toMillis() + " ms it was " + seen.get());
            }
            Pause.of(POLL);
        }
        note("%s after %.2f s".formatted(expected, secondsSince(beganNanos)));
    }

    static double secondsSince(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos).toMillis() / 1000.0;
    }
}
