package dev.seckill.trial;

import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C or SIGTERM: interrupts the thread that opened this, and lets the JVM end (with 130 or 143) only when that
 * thread has ended what it started and closes this.
 */
public final class StopSignal implements AutoCloseable {
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean isGiven;

    private StopSignal() {}

    public static StopSignal open(Runnable onSignal) {
        StopSignal signal = new StopSignal();
        Thread running = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> signal.give(onSignal, running)));
        return signal;
    }

    private void give(Runnable onSignal, Thread running) {
        if (ended.getCount() == 0) {
            return;
        }
        isGiven = true;
        onSignal.run();
        running.interrupt();
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public boolean isGiven() {
        return isGiven;
    }

    @Override
    public void close() {
        ended.countDown();
    }
}
