package dev.seckill.ledger;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Says every few seconds how far something is, and nothing when it takes less. */
public final class Progress {
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final Consumer<String> listener;
    private long toldAtNanos = System.nanoTime();

    public Progress(Consumer<String> listener) {
        this.listener = listener;
    }

    public void tell(Supplier<String> howFar) {
        long nowNanos = System.nanoTime();
        if (nowNanos - toldAtNanos > EVERY_NANOS) {
            toldAtNanos = nowNanos;
            listener.accept(howFar.get());
        }
    }
}
