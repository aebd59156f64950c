package dev.seckill.purchase;

import dev.seckill.trade.SaleId;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** A stat log at work, without a container. */
public final class WorkingStatLog implements AutoCloseable {
    private final StatLog log;

    /** What the writing thread does passes through the work: as it is, or with what the test adds. */
    public WorkingStatLog(Path file, UnaryOperator<Runnable> work) {
        log = new StatLog(new PurchaseConfig(1, new SaleId("demo"), file, 50_000_000));
        log.start(task -> {
            Thread thread = new Thread(work.apply(task));
            thread.setDaemon(true);
            return thread;
        });
    }

    public void write(boolean won, long localSales) {
        log.write(won, localSales);
    }

    public long dropped() {
        return log.dropped();
    }

    /** As when the node stops: what waits is written. */
    @Override
    public void close() {
        log.stop();
    }
}
