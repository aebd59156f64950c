package dev.seckill.node;

import dev.seckill.cluster.Members;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;

/** How many nodes hear of each other: where that differs from how many there are, something is between them. */
@ApplicationScoped
public class MemberMetrics {
    void begin(@Observes Startup start, MetricRegistry registry, Members members) {
        Metadata metadata = Metadata.builder()
                .withName("seckill_members")
                .withDescription("Nodes that hear of each other, this one among them")
                .withUnit(MetricUnits.NONE)
                .build();
        registry.gauge(metadata, members, Members::count);
    }
}
