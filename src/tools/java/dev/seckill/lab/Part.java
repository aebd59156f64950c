package dev.seckill.lab;

import dev.seckill.trial.ProcessGroup;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What can lose its power and get it back.
 *
 * @param main by which it counts as running
 * @param beside what belongs to it and is not of the same process group
 * @param begin starts it, and returns when its processes run
 * @param cut ends all of it at once
 */
record Part(
        String name,
        Supplier<Optional<ProcessHandle>> main,
        Supplier<Optional<ProcessHandle>> beside,
        Runnable begin,
        Runnable cut) {
    Optional<ProcessHandle> process() {
        return main.get();
    }

    boolean runs() {
        return main.get().isPresent();
    }

    /** All processes of it. */
    List<ProcessHandle> processes() {
        return Stream.of(main.get(), beside.get())
                .flatMap(Optional::stream)
                .flatMap(leader -> ProcessGroup.of(leader.pid()).members().stream())
                .toList();
    }
}
