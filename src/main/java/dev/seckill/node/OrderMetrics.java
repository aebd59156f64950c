package dev.seckill.node;

import dev.seckill.order.Orders;
import dev.seckill.trade.SaleId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;
import org.eclipse.microprofile.metrics.Tag;

/** How the orders are written, by sale; every node tells of every sale what it has heard, so a sale's is the largest. */
@ApplicationScoped
public class OrderMetrics {
    private static final double MS = 1_000;

    private final Set<SaleId> shown = ConcurrentHashMap.newKeySet();
    private MetricRegistry registry;
    private Orders orders;
    private Counter steps;
    private long counted;
    private Counter corrections;
    private long countedCorrections;

    @Inject
    OrderMetrics(MetricRegistry registry, Orders orders) {
        this.registry = registry;
        this.orders = orders;
        steps = registry.counter(
                metadata("seckill_order_steps", "Steps of orders that this node has written", MetricUnits.NONE));
        corrections = registry.counter(metadata(
                "seckill_corrections",
                "Corrections of ledgers and of orders that this node has made",
                MetricUnits.NONE));
    }

    /** For the container's proxy. */
    OrderMetrics() {}

    /** Counts what was written, and begins to show the sales met, since the last time. */
    public void tend() {
        long now = orders.written();
        steps.inc(now - counted);
        counted = now;
        long corrected = orders.corrections();
        corrections.inc(corrected - countedCorrections);
        countedCorrections = corrected;
        for (SaleId sale : orders.sales()) {
            if (shown.add(sale)) {
                Tag tag = new Tag("sale", sale.value());
                registry.gauge(
                        metadata(
                                "seckill_order_lag_movements",
                                "Movements in the ledger that are not in the database",
                                MetricUnits.NONE),
                        orders,
                        each -> each.lag(sale),
                        tag);
                registry.gauge(
                        metadata(
                                "seckill_order_lag",
                                "How long the oldest movement that is not in the database has waited",
                                MetricUnits.SECONDS),
                        orders,
                        each -> each.lagTime(sale).toMillis() / MS,
                        tag);
                registry.gauge(
                        metadata(
                                "seckill_order_kept_aside",
                                "Steps of orders that could not be written",
                                MetricUnits.NONE),
                        orders,
                        each -> each.keptAside(sale),
                        tag);
                registry.gauge(
                        metadata(
                                "seckill_drift",
                                "Tickets by which the ledger was off what its movements and orders add up to",
                                MetricUnits.NONE),
                        orders,
                        each -> each.drift(sale),
                        tag);
                registry.gauge(
                        metadata(
                                "seckill_orders_differing",
                                "Reservations whose order and record in the ledger differ",
                                MetricUnits.NONE),
                        orders,
                        each -> each.differing(sale),
                        tag);
            }
        }
    }

    private static Metadata metadata(String name, String description, String unit) {
        return Metadata.builder()
                .withName(name)
                .withDescription(description)
                .withUnit(unit)
                .build();
    }
}
