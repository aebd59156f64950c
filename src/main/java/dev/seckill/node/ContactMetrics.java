package dev.seckill.node;

import dev.seckill.ledger.Ledger;
import dev.seckill.order.Orders;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;

/** Whether the ledger and the database are there, and keep what they acknowledge; nothing of a database that nobody wants. */
@ApplicationScoped
public class ContactMetrics {
    void begin(@Observes Startup start, MetricRegistry registry, Ledger ledger, Orders orders) {
        registry.gauge(
                metadata("seckill_ledger_away", "Whether the ledger does not answer this node (1)"),
                ledger,
                each -> each.isAway() ? 1 : 0);
        registry.gauge(
                metadata("seckill_ledger_durable", "Whether the ledger is known to keep what it acknowledges (1)"),
                ledger,
                each -> each.keepsAll() && each.notDurable().isEmpty() ? 1 : 0);
        if (orders.state() == Orders.State.OFF) {
            return;
        }
        registry.gauge(
                metadata("seckill_database_away", "Whether the database does not answer this node (1)"),
                orders,
                each -> each.state() == Orders.State.WRITING ? 0 : 1);
        registry.gauge(
                metadata("seckill_database_durable", "Whether the database is not known to lose what it commits (1)"),
                orders,
                each -> each.notDurable().isEmpty() ? 1 : 0);
        registry.gauge(
                metadata("seckill_orders_stopped", "Sales of which this node writes no more, until somebody looks"),
                orders,
                each -> each.stopped().size());
    }

    private static Metadata metadata(String name, String description) {
        return Metadata.builder()
                .withName(name)
                .withDescription(description)
                .withUnit(MetricUnits.NONE)
                .build();
    }
}
