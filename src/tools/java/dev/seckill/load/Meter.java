package dev.seckill.load;

import dev.seckill.trial.Pause;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what the processes of a stand have used, each with those that it started, also such as have ended: nodes, Redis, what else
 * serves, and the generator, which is this process with its children.
 */
final class Meter implements AutoCloseable {
    static final String NODE = "the node";
    static final String REDIS = "Redis";
    static final String POSTGRES = "PostgreSQL";
    static final String GENERATOR = "the generator";

    /** Linux tells times in these, whatever the kernel's own tick (USER_HZ). */
    private static final Duration TICK = Duration.ofMillis(10);

    /** Where utime, stime, cutime and cstime are in /proc/PID/stat, counted behind the name in brackets (proc(5)). */
    private static final int FIRST_TIME = 11;

    private static final int TIMES_END = 15;

    private final Stand stand;
    private final Optional<RedisInfo> redis;
    private final Optional<RedisInfo> writingRedis;

    private Meter(Stand stand) {
        this.stand = stand;
        this.redis = stand.redisAddress().map(RedisInfo::open);
        this.writingRedis =
                stand.writing().map(each -> RedisInfo.open(each.redis().address()));
    }

    static Meter of(Stand stand) {
        return new Meter(stand);
    }

    Reading read(Target target) {
        Map<String, Duration> cpu = new LinkedHashMap<>();
        stand.processes(target).forEach((name, pid) -> cpu.put(name, cpuOfAll(pid)));
        cpu.put(GENERATOR, cpu("self"));
        boolean writes =
                stand.writing().filter(each -> each.target().equals(target)).isPresent();
        RedisInfo.State state =
                (writes ? writingRedis : redis).map(RedisInfo::state).orElse(RedisInfo.State.UNKNOWN);
        return new Reading(System.nanoTime(), cpu, state.calls(), state.usedBytes());
    }

    /** What is used while nobody asks anything. */
    Use idle(Target target, Duration time) {
        Use idle = new Use();
        Reading before = read(target);
        Pause.of(time);
        idle.add(before, read(target));
        return idle;
    }

    /** Memory that Redis uses for its data; zero if it is not ours. */
    long redisBytes() {
        return redis.map(RedisInfo::state).orElse(RedisInfo.State.UNKNOWN).usedBytes();
    }

    Optional<RedisInfo> redis() {
        return redis;
    }

    /** The time of a process and of what it started: of those that are there, and of those that are gone. */
    private static Duration cpuOfAll(long pid) {
        return ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::descendants)
                .map(each -> cpu(Long.toString(each.pid())))
                .reduce(cpu(Long.toString(pid)), Duration::plus);
    }

    /** Time on a processor, with that of children that have ended; zero where there is no /proc. */
    private static Duration cpu(String process) {
        Path file = Path.of("/proc", process, "stat");
        if (!Files.exists(file)) {
            return Duration.ZERO;
        }
        try {
            String line = Files.readString(file);
            List<String> fields =
                    List.of(line.substring(line.lastIndexOf(')') + 2).split(" ", -1));
            long ticks = fields.subList(FIRST_TIME, TIMES_END).stream()
                    .mapToLong(Long::parseLong)
                    .sum();
            return TICK.multipliedBy(ticks);
        } catch (NoSuchFileException e) {
            // it has ended since
            return Duration.ZERO;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        writingRedis.ifPresent(RedisInfo::close);
        redis.ifPresent(RedisInfo::close);
    }
}
