package dev.seckill.lab;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Buyers who come at a steady rate, each when it is due, whatever the others hear; who hears no answer asks again with the same
 * key, after a while that grows. What each hears is told at the first try, and again at the last one.
 */
final class SteadyBuyers implements AutoCloseable {
    /** Requests that are signed before anybody needs them: a busy machine signs fewer a second than are due. */
    private static final int AHEAD = 1_000;

    private static final Duration FIRST_DELAY = Duration.ofMillis(200);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(2);

    private final InetSocketAddress address;
    private final Duration patience;
    private final Consumer<Purchase> told;
    private final BlockingQueue<byte[]> signed = new ArrayBlockingQueue<>(AHEAD);
    private final Thread signing;
    private final ExecutorService tries = Executors.newCachedThreadPool();
    private final Phaser underWay = new Phaser(1);
    private volatile boolean isOver;
    private int next;

    /** Patience is for one try. */
    SteadyBuyers(InetSocketAddress address, PurchaseRequest requests, Duration patience, Consumer<Purchase> told) {
        this.address = address;
        this.patience = patience;
        this.told = told;
        signing = new Thread(() -> signAhead(requests));
        signing.setDaemon(true);
        signing.start();
    }

    private void signAhead(PurchaseRequest requests) {
        try {
            for (int number = 0; ; number++) {
                signed.put(requests.of(number));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets them come until {@link #halt} is called, on a thread of its own. */
    void come(int perSecond) throws InterruptedException {
        long startNanos = System.nanoTime();
        long startMs = System.currentTimeMillis();
        for (int i = 0; !isOver; i++) {
            long due = i * TimeUnit.SECONDS.toNanos(1) / perSecond;
            TimeUnit.NANOSECONDS.sleep(due - (System.nanoTime() - startNanos));
            Attempt attempt =
                    new Attempt(next++, signed.take(), startNanos + due, startMs + TimeUnit.NANOSECONDS.toMillis(due));
            underWay.register();
            tries.execute(attempt::tryAtFirst);
        }
        isOver = false;
    }

    /** Nobody new comes any more. */
    void halt() {
        isOver = true;
    }

    /** When nobody new comes any more, waits for those who ask again; true if all were answered. */
    boolean awaitAnswers(Duration lastPatience) throws InterruptedException {
        try {
            underWay.awaitAdvanceInterruptibly(underWay.arrive(), lastPatience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** The number of the next one who comes. */
    int next() {
        return next;
    }

    @Override
    public void close() {
        signing.interrupt();
        tries.shutdownNow();
    }

    /** One buyer's purchase, however often it takes. */
    private final class Attempt {
        private final int number;
        private final byte[] request;
        private final long dueNanos;
        private final long dueMs;

        Attempt(int number, byte[] request, long dueNanos, long dueMs) {
            this.number = number;
            this.request = request;
            this.dueNanos = dueNanos;
            this.dueMs = dueMs;
        }

        void tryAtFirst() {
            Try first = Try.make(address, request, patience);
            long firstMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - dueNanos);
            tell(new Purchase(
                    number, dueMs, firstMs, first.port(), first.heard(), first.heard(), 1, first.reservation()));
        }

        private void tryAgain(Purchase before) {
            Try again = Try.make(address, request, patience);
            tell(new Purchase(
                    number,
                    dueMs,
                    before.firstMs(),
                    before.port(),
                    before.first(),
                    again.heard(),
                    before.tries() + 1,
                    again.reservation()));
        }

        private void tell(Purchase purchase) {
            if (purchase.tries() == 1 || !purchase.last().isRepeatable()) {
                told.accept(purchase);
            }
            if (!purchase.last().isRepeatable()) {
                underWay.arriveAndDeregister();
            } else {
                CompletableFuture.delayedExecutor(delayMs(purchase.tries()), TimeUnit.MILLISECONDS, tries)
                        .execute(() -> tryAgain(purchase));
            }
        }

        /** Those who failed together do not come back together. */
        private static long delayMs(int tries) {
            long longest = Math.min(LONGEST_DELAY.toMillis(), FIRST_DELAY.toMillis() << Math.min(tries - 1, 10));
            return ThreadLocalRandom.current().nextLong(longest / 2, longest + 1);
        }
    }
}
