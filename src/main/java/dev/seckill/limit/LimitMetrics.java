package dev.seckill.limit;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;
import org.eclipse.microprofile.metrics.Tag;

/** Counts requests that were one too many, by what they were counted by: address or buyer. */
@ApplicationScoped
public class LimitMetrics {
    private MetricRegistry registry;

    @Inject
    LimitMetrics(MetricRegistry registry) {
        this.registry = registry;
    }

    /** For the container's proxy. */
    LimitMetrics() {}

    Runnable refusedBy(String what) {
        Counter counter = registry.counter(
                Metadata.builder()
                        .withName("seckill_limited")
                        .withDescription("Requests answered 429, by what was counted")
                        .withUnit(MetricUnits.NONE)
                        .build(),
                new Tag("by", what));
        return counter::inc;
    }
}
