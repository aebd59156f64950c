package dev.seckill.load;

import dev.seckill.trial.Endpoint;
import dev.seckill.trial.MetricsPage;
import dev.seckill.trial.Pause;
import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/**
 * How far the orders of a sale are behind it, as the node's metrics tell.
 *
 * @param movements in the ledger that are not in the database
 * @param seconds for which the oldest of them has waited
 */
record Lag(double movements, double seconds) {
    /** From one look at it to the next. */
    static final Duration EVERY = Duration.ofMillis(200);

    /** A backlog shrinks by thousands a second; past this something is wrong. */
    private static final Duration LONGEST = Duration.ofMinutes(3);

    /** Now; before the node has met the sale, all is behind and nobody knows how much. */
    static Lag of(Target node, OnSale sale) {
        Map<String, String> labels = Map.of("sale", sale.id());
        try {
            MetricsPage page = MetricsPage.of(new Endpoint(node.address()));
            return new Lag(
                    page.value("seckill_order_lag_movements", labels).orElse(Double.NaN),
                    page.value("seckill_order_lag_seconds", labels).orElse(Double.NaN));
        } catch (IOException e) {
            throw new StartFailure("The metrics of " + node.address() + " can't be read (" + e + ").", e);
        }
    }

    /** Waits until all orders of the sale are written, as far as the node has heard: it hears of it once a second. */
    static void awaitNone(Target node, OnSale sale) {
        long giveUp = System.nanoTime() + LONGEST.toNanos();
        do {
            Pause.of(EVERY);
            if (System.nanoTime() - giveUp > 0) {
                throw new Spoiled("The orders of sale " + sale.id() + " were not written within " + LONGEST.toMinutes()
                        + " minutes.");
            }
        } while (of(node, sale).movements != 0);
    }
}
