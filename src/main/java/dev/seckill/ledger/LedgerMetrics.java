package dev.seckill.ledger;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import java.time.Duration;
import org.eclipse.microprofile.metrics.Histogram;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;
import org.eclipse.microprofile.metrics.Timer;

/** How large the batches are and how long the ledger takes for one. */
@ApplicationScoped
public class LedgerMetrics implements BatchListener {
    private Histogram size;
    private Timer duration;

    @Inject
    LedgerMetrics(MetricRegistry registry) {
        size = registry.histogram(Metadata.builder()
                .withName("seckill_batch_size")
                .withDescription("Attempts deducted by one call to the ledger")
                .withUnit(MetricUnits.NONE)
                .build());
        duration = registry.timer(Metadata.builder()
                .withName("seckill_deduction")
                .withDescription("Time from sending a batch to the ledger to its reply")
                .withUnit(MetricUnits.SECONDS)
                .build());
    }

    /** For the container's proxy. */
    LedgerMetrics() {}

    /** Made at the start: the server cannot make it on a thread that brings a reply. */
    void begin(@Observes Startup start) {}

    @Override
    public void sent(int attempts, long nanos) {
        size.update(attempts);
        duration.update(Duration.ofNanos(nanos));
    }
}
