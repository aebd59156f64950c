package dev.seckill.cluster;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * When to look after nodes have come and gone. Whoever says so waits for nothing; several changes are one look, and of those that
 * wait for a lease the last: all that ended before it has ended then too, and the timer looks meanwhile.
 */
final class Looks {
    private final ScheduledExecutorService thread;
    private final Runnable look;
    private final List<Duration> leases;
    private final Map<Duration, Future<?>> waiting = new HashMap<>();

    Looks(ScheduledExecutorService thread, Runnable look, List<Duration> leases) {
        this.thread = thread;
        this.look = look;
        this.leases = leases;
    }

    void now() {
        in(Duration.ZERO);
    }

    void afterLeases() {
        leases.forEach(this::in);
    }

    private synchronized void in(Duration time) {
        Future<?> before = waiting.put(time, thread.schedule(look, time.toNanos(), TimeUnit.NANOSECONDS));
        if (before != null) {
            before.cancel(false);
        }
    }
}
