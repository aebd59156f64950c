package dev.seckill.ledger;

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
 * The threads on which buyers are answered.
 *
 * <p>A pool of its own: Redisson's threads bring the replies of all sales, and resuming a response takes longer than bringing
 * it. A plain pool over the container's threads, because a managed executor captures and restores a context for every task.
 * What waits for it is bounded by the purchases in flight.
 */
@ApplicationScoped
public class AnswerThreads implements Executor {
    @Resource(lookup = "java:comp/DefaultManagedThreadFactory")
    private ManagedThreadFactory threads;

    @Inject
    private LedgerConfig config;

    private ThreadPoolExecutor pool;

    /** Made at the start: the server cannot make it on a thread that brings a reply. */
    void begin(@Observes Startup start) {}

    @PostConstruct
    void makePool() {
        int size = config.answerThreads();
        pool = new ThreadPoolExecutor(size, size, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
        // While the node stops: whoever brings the answer gives it.
        pool.setRejectedExecutionHandler((task, stopped) -> task.run());
    }

    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    @PreDestroy
    void stop() {
        pool.shutdown();
    }
}
