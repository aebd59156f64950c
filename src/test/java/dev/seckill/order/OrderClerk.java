package dev.seckill.order;

import dev.seckill.database.Database;
import dev.seckill.ledger.Ledger;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;

/** Writes orders as a node does, when it is told to: for tests of rooms that act upon what is written. */
public final class OrderClerk {
    private static final Duration LEASE = Duration.ofMinutes(1);
    private static final long TURN_S = 20;

    private final Roster roster;
    private final OrderWriter writer;

    public OrderClerk(Ledger ledger, Database database) {
        roster = new Roster(database, "clerk", LEASE);
        writer = new OrderWriter(ledger, database, OrderBench.BATCH_ROWS, steps -> {});
    }

    /** Everything that has happened in these sales. */
    public void write(Collection<SaleId> sales) {
        roster.beat(sales);
        sales.forEach(sale -> writer.turn(sale, System.nanoTime() + TimeUnit.SECONDS.toNanos(TURN_S)));
    }
}
