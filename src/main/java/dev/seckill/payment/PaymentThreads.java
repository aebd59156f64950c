package dev.seckill.payment;

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
 * The threads on which payments wait for the database, the ledger and the provider, so that nobody else has to. Past its bound it
 * takes no more (RejectedExecutionException). They end when nobody pays.
 */
@ApplicationScoped
public class PaymentThreads implements Executor {
    /** Each on a connection to the database; one of them is the timer's. */
    static final int MOST_AT_ONCE = 4;

    /** A payment takes four some 10 ms and a provider's time; whoever is later should ask again. */
    private static final int MOST_WAITING = 64;

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
