package dev.seckill.purchase;

import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.FileHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Writes one line for each answer of /buy/ticket, {@code result:1,localSales:145} or {@code result:0,localSales:150}, off
 * the request's path.
 *
 * <p>A thread of its own writes what has gathered in one go. Past the queue's end lines are dropped and counted, because
 * a slow disk must not slow the sale. At its bound the file is started anew.
 */
@ApplicationScoped
public class StatLog {
    private static final Logger LOG = Logger.getLogger(StatLog.class.getName());
    private static final int MOST_WAITING = 65_536;
    private static final int MOST_AT_ONCE = 8_192;

    private record Line(boolean won, long localSales) {}

    private final BlockingQueue<Line> queue = new ArrayBlockingQueue<>(MOST_WAITING);
    private final LongAdder dropped = new LongAdder();
    private PurchaseConfig config;

    @Resource(lookup = "java:comp/DefaultManagedThreadFactory")
    private ManagedThreadFactory threads;

    private Thread writer;

    @Inject
    StatLog(PurchaseConfig config) {
        this.config = config;
    }

    /** For the container's proxy. */
    StatLog() {}

    void begin(@Observes Startup start) {
        start(threads);
    }

    void start(ThreadFactory threads) {
        writer = threads.newThread(this::writeAll);
        writer.setName("stat-log");
        writer.start();
    }

    /** Public, because the container's proxy calls the rest by reflection. */
    public void write(boolean won, long localSales) {
        if (!queue.offer(new Line(won, localSales))) {
            dropped.increment();
        }
    }

    /** Lines that found the queue full. */
    public long dropped() {
        return dropped.sum();
    }

    private void writeAll() {
        FileHandler file = null;
        try {
            file = new FileHandler(config.statLog().toString(), config.statLogMostBytes(), 1, true);
            file.setFormatter(new AsIs());
            file.setEncoding("UTF-8");
            List<Line> lines = new ArrayList<>(MOST_AT_ONCE);
            while (!Thread.currentThread().isInterrupted()) {
                lines.add(queue.take());
                queue.drainTo(lines, MOST_AT_ONCE - 1);
                publish(file, lines);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "No stat log: seckill.purchase.stat-log cannot be written.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (file != null) {
                List<Line> rest = new ArrayList<>();
                queue.drainTo(rest);
                publish(file, rest);
                file.close();
            }
        }
    }

    private static void publish(FileHandler file, List<Line> lines) {
        StringBuilder text = new StringBuilder(lines.size() * 28);
        for (Line line : lines) {
            text.append("result:")
                    .append(line.won ? 1 : 0)
                    .append(",localSales:")
                    .append(line.localSales)
                    .append('\n');
        }
        lines.clear();
        file.publish(new LogRecord(Level.INFO, text.toString()));
    }

    @PreDestroy
    void stop() {
        writer.interrupt();
        try {
            writer.join(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class AsIs extends Formatter {
        @Override
        public String format(LogRecord line) {
            return line.getMessage();
        }
    }
}
