package dev.seckill.node;

import dev.seckill.ledger.Ledger;
import dev.seckill.sale.Sales;
import dev.seckill.stock.LocalStock;
import dev.seckill.trade.SaleId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;
import org.eclipse.microprofile.metrics.Tag;

/** What is left, by sale: here and in the centre, as last heard. A label per sale, of which there are at most 1 000. */
@ApplicationScoped
public class StockMetrics {
    private final Set<SaleId> shown = ConcurrentHashMap.newKeySet();
    private MetricRegistry registry;
    private LocalStock localStock;
    private Sales sales;

    @Inject
    StockMetrics(MetricRegistry registry, LocalStock localStock, Sales sales, Ledger ledger) {
        this.registry = registry;
        this.localStock = localStock;
        this.sales = sales;
        registry.gauge(metadata("seckill_waiting", "Attempts that wait for their batch"), ledger, Ledger::waiting);
        registry.gauge(
                metadata("seckill_lost_sales", "Sales that sell nothing because the ledger has lost movements of them"),
                ledger,
                each -> each.lost().size());
    }

    /** For the container's proxy. */
    StockMetrics() {}

    /** Begins to show the sales met since the last time. */
    public void meetSales() {
        for (SaleId sale : sales.known()) {
            if (shown.add(sale)) {
                Tag tag = new Tag("sale", sale.value());
                registry.gauge(
                        metadata("seckill_local_stock", "Tickets left in this node's share"),
                        localStock,
                        stock -> stock.localStock(sale),
                        tag);
                registry.gauge(
                        metadata("seckill_central_stock", "Tickets on sale in the ledger, as last heard"),
                        localStock,
                        stock -> stock.standing(sale).remaining(),
                        tag);
                registry.gauge(
                        metadata("seckill_returning_stock", "Tickets given back and on sale again soon, as last heard"),
                        localStock,
                        stock -> stock.standing(sale).returning(),
                        tag);
            }
        }
    }

    private static Metadata metadata(String name, String description) {
        return Metadata.builder()
                .withName(name)
                .withDescription(description)
                .withUnit(MetricUnits.NONE)
                .build();
    }
}
