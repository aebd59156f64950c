package dev.seckill.load;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** What processes have used in several spans of time, added up. */
final class Use {
    private final Map<String, Duration> cpu = new LinkedHashMap<>();
    private final Map<String, Long> calls = new TreeMap<>();
    private long redisBytes;
    private long nanos;

    void add(Reading before, Reading after) {
        after.cpu()
                .forEach((process, used) -> cpu.merge(
                        process, used.minus(before.cpu().getOrDefault(process, Duration.ZERO)), Duration::plus));
        after.calls()
                .forEach((command, count) ->
                        calls.merge(command, count - before.calls().getOrDefault(command, 0L), Long::sum));
        calls.values().removeIf(count -> count == 0);
        redisBytes += after.redisBytes() - before.redisBytes();
        nanos += after.nanos() - before.nanos();
    }

    Map<String, Duration> cpu() {
        return cpu;
    }

    Map<String, Long> calls() {
        return calls;
    }

    long redisBytes() {
        return redisBytes;
    }

    double seconds() {
        return nanos / 1e9;
    }
}
