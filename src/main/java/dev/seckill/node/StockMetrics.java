package dev.seckill.node;

import dev.seckill.ledger.Ledger;
import dev.seckill.sale.Sales;
import dev.seckill.stock.LocalStock;
import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.SaleState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;
import org.eclipse.microprofile.metrics.Tag;

/**
 * How each sale stands, here and in the centre, as last seen. Every node tells what it has seen, so who has seen the most
 * movements is right. A label per sale, of which there are at most 1 000.
 */
@ApplicationScoped
public class StockMetrics {
    private final Set<SaleId> shown = ConcurrentHashMap.newKeySet();
    private MetricRegistry registry;
    private LocalStock localStock;
    private Sales sales;
    private Ledger ledger;

    @Inject
    StockMetrics(MetricRegistry registry, LocalStock localStock, Sales sales, Ledger ledger) {
        this.registry = registry;
        this.localStock = localStock;
        this.sales = sales;
        this.ledger = ledger;
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
                show("seckill_movements", "Movements of the sale so far, as last seen", sale, seen -> seen.standing()
                        .seq());
                show(
                        "seckill_central_stock",
                        "Tickets on sale in the ledger, as last seen",
                        sale,
                        seen -> seen.standing().remaining());
                show(
                        "seckill_returning_stock",
                        "Tickets given back and on sale again soon, as last seen",
                        sale,
                        seen -> seen.standing().returning());
                show("seckill_capacity", "Tickets of the sale, as last seen", sale, Sale::capacity);
                show("seckill_reserved", "Tickets reserved and not paid yet, as last seen", sale, Sale::reserved);
                show("seckill_sold", "Tickets paid, as last seen", sale, Sale::sold);
                show("seckill_sale_open", "Whether the sale is to sell now (1)", sale, seen -> isOpen(seen) ? 1 : 0);
            }
        }
    }

    private void show(String name, String description, SaleId sale, ToLongFunction<Sale> number) {
        registry.gauge(
                metadata(name, description),
                sales,
                each -> each.seen(sale).stream().mapToLong(number).sum(),
                new Tag("sale", sale.value()));
    }

    private boolean isOpen(Sale sale) {
        long nowMs = ledger.nowMs();
        return sale.state() == SaleState.OPEN
                && nowMs >= sale.opensAtMs()
                && (sale.closesAtMs() == 0 || nowMs < sale.closesAtMs());
    }

    private static Metadata metadata(String name, String description) {
        return Metadata.builder()
                .withName(name)
                .withDescription(description)
                .withUnit(MetricUnits.NONE)
                .build();
    }
}
