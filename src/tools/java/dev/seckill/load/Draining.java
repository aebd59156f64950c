package dev.seckill.load;

import dev.seckill.order.Drain;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/** All orders of a sale, written by this process as a node writes them, in transactions of so many rows. */
final class Draining implements Case {
    private final String name;
    private final Target target;
    private final Drain drain;
    private final SaleId sale;
    private final long orders;
    private final int rows;
    private long answers;

    Draining(String name, Target target, Drain drain, OnSale sale, long orders, int rows) {
        this.name = name;
        this.target = new Target(target.name(), target.address(), OptionalLong.empty());
        this.drain = drain;
        this.sale = new SaleId(sale.id());
        this.orders = orders;
        this.rows = rows;
    }

    @Override
    public String name() {
        return name;
    }

    /** It sold the sale, and does nothing now. */
    @Override
    public Target target() {
        return target;
    }

    /** All of them, however long that takes. The latency is of the transactions. */
    @Override
    public Slice load(Duration time) {
        Histogram micros = Slice.histogram();
        LongAdder steps = new LongAdder();
        long nanos = drain.run(sale, rows, (written, took) -> {
            steps.add(written);
            micros.recordValue(TimeUnit.NANOSECONDS.toMicros(took));
        });
        // and a step of the sale itself, which was put on
        if (steps.sum() != orders + 1) {
            throw new Spoiled("%s: %d steps of orders were written, and %d orders and their sale had to be."
                    .formatted(name, steps.sum(), orders));
        }
        answers += orders;
        return new Slice(nanos / 1e9, orders, 0, Map.of(), micros);
    }

    @Override
    public long answers() {
        return answers;
    }

    @Override
    public long underWay() {
        return 0;
    }
}
