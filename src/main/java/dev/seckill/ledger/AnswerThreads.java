package dev.seckill.ledger;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The threads on which buyers are answered.
 *
 * <p>A pool of its own: resuming responses on Redisson's threads held up the next batch. A plain pool over the
 * container's threads, because a managed executor captures and restores a context for every task. What waits for it is
 * bounded by what waits for the ledger.
 */
@ApplicationScoped
public class AnswerThreads implements Executor {
    @Resource
    private ManagedThreadFactory threads;

    @Inject
    private LedgerConfig config;

    private ExecutorService pool;

    @PostConstruct
    void start() {
        pool = Executors.newFixedThreadPool(config.answerThreads(), threads);
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
