package dev.seckill.purchase;

import dev.seckill.ledger.Durations;
import dev.seckill.sale.Sales;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.SaleId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;
import org.eclipse.microprofile.metrics.Tag;

/**
 * Counts purchases by sale and outcome, and how long their buyers waited. Buyers may ask for sales that are none by any name: those
 * count under none.
 */
@ApplicationScoped
public class PurchaseMetrics {
    private static final Metadata PURCHASES = Metadata.builder()
            .withName("seckill_purchases")
            .withDescription("Purchases answered, by sale and outcome")
            .withUnit(MetricUnits.NONE)
            .build();

    private final Map<SaleId, Map<Outcome, Counter>> bySale = new ConcurrentHashMap<>();
    private MetricRegistry registry;
    private Sales sales;
    private Map<Outcome, Counter> ofNoSale;
    private Counter faults;
    private Durations durations;

    @Inject
    PurchaseMetrics(MetricRegistry registry, Sales sales, InFlight inFlight) {
        this.registry = registry;
        this.sales = sales;
        ofNoSale = counters("");
        faults = registry.counter(Metadata.builder()
                .withName("seckill_purchase_faults")
                .withDescription("Purchases answered with an error that is not the buyer's")
                .withUnit(MetricUnits.NONE)
                .build());
        durations = new Durations(
                registry, "seckill_purchases", "seckill_purchase", "Purchases, from accepting one to its answer");
        registry.gauge(
                Metadata.builder()
                        .withName("seckill_in_flight")
                        .withDescription("Purchases let in and not yet answered")
                        .withUnit(MetricUnits.NONE)
                        .build(),
                inFlight,
                InFlight::purchases);
    }

    /** For the container's proxy. */
    PurchaseMetrics() {}

    /** Made at the start: the server cannot make it on a thread that brings a reply. */
    void begin(@Observes Startup start) {}

    /**
     * Counts an answer to a purchase that was accepted at that time (System.nanoTime). Public, as the others, because the
     * container's proxy calls the rest by reflection.
     */
    public void count(SaleId sale, Outcome outcome, long acceptedAtNanos) {
        counters(sale).get(outcome).inc();
        durations.add(System.nanoTime() - acceptedAtNanos);
    }

    /** Counts a purchase accepted at that time that failed for a reason which is not its buyer's. */
    public void countFault(long acceptedAtNanos) {
        faults.inc();
        durations.add(System.nanoTime() - acceptedAtNanos);
    }

    /** Shows the sales met since the last time, before anybody buys: a rate needs a first count. Called by one thread at a time. */
    public void tend() {
        sales.known().forEach(this::counters);
        durations.tend();
    }

    private Map<Outcome, Counter> counters(SaleId sale) {
        Map<Outcome, Counter> known = bySale.get(sale);
        if (known != null) {
            return known;
        }
        return sales.knows(sale) ? bySale.computeIfAbsent(sale, id -> counters(id.value())) : ofNoSale;
    }

    private Map<Outcome, Counter> counters(String sale) {
        Map<Outcome, Counter> counters = new EnumMap<>(Outcome.class);
        for (Outcome outcome : Outcome.values()) {
            counters.put(
                    outcome, registry.counter(PURCHASES, new Tag("sale", sale), new Tag("outcome", outcome.name())));
        }
        return counters;
    }
}
