package dev.seckill.purchase;

import dev.seckill.trade.Outcome;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import java.util.EnumMap;
import java.util.Map;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;
import org.eclipse.microprofile.metrics.Tag;

/** Counts purchases by outcome. */
@ApplicationScoped
public class PurchaseMetrics {
    private final Map<Outcome, Counter> purchases = new EnumMap<>(Outcome.class);

    @Inject
    PurchaseMetrics(MetricRegistry registry, InFlight inFlight) {
        Metadata metadata = Metadata.builder()
                .withName("seckill_purchases")
                .withDescription("Purchases answered, by outcome")
                .withUnit(MetricUnits.NONE)
                .build();
        for (Outcome outcome : Outcome.values()) {
            purchases.put(outcome, registry.counter(metadata, new Tag("outcome", outcome.name())));
        }
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

    /** Public, because the container's proxy calls the rest by reflection. */
    public void count(Outcome outcome) {
        purchases.get(outcome).inc();
    }
}
