package dev.seckill.order;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads on which orders are written: one for each sale at a time, one for the round, and one that compares; who archives a
 * sale and who leaves take their turn there. A pool of its own over the container's threads, because they wait for the database,
 * and nobody else should. They end when nothing is written.
 */
@ApplicationScoped
public class OrderThreads implements Executor {
    private static final long IDLE_S = 60;

    @Resource(lookup = "java:comp/DefaultManagedThreadFactory")
    private ManagedThreadFactory threads;

    @Inject
    private OrderConfig config;

    private ThreadPoolExecutor pool;

    /** Made at the start, where the container's threads can be had. */
    void begin(@Observes Startup start) {}

    @PostConstruct
    void makePool() {
        int size = config.writers() + 2;
        pool = new ThreadPoolExecutor(size, size, IDLE_S, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
        pool.allowCoreThreadTimeOut(true);
        // While the node stops: another writes it.
        pool.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
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
