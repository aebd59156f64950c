package dev.seckill.order;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads on which orders are looked at: a few, apart from those that write, so that whoever looks holds up nobody. Past its
 * bound it takes no more (RejectedExecutionException). They end when nobody looks.
 */
@ApplicationScoped
public class SearchThreads implements Executor {
    /** Each on a connection; two keep most of a database's core busy. */
    static final int MOST_AT_ONCE = 2;

    /** With searches of some milliseconds, these are served in a tenth of a second; with slow ones nobody should wait. */
    private static final int MOST_WAITING = 16;

    private static final long IDLE_S = 60;

    @Resource(lookup = "java:comp/DefaultManagedThreadFactory")
    private ManagedThreadFactory threads;

    private ThreadPoolExecutor pool;

    /** Made at the start, where the container's threads can be had. */
    void begin(@Observes Startup start) {}

    @PostConstruct
    void makePool() {
        pool = new ThreadPoolExecutor(
                MOST_AT_ONCE, MOST_AT_ONCE, IDLE_S, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), threads);
        pool.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    @PreDestroy
    void stop() {
        pool.shutdownNow();
    }
}
