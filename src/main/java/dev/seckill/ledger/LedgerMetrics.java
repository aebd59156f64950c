package dev.seckill.ledger;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Histogram;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;

/** How large the batches are, how long the ledger takes for one, and how many reservations expired. */
@ApplicationScoped
public class LedgerMetrics implements LedgerListener {
    private Histogram size;
    private Durations durations;
    private Counter expirations;

    @Inject
    LedgerMetrics(MetricRegistry registry) {
        size = registry.histogram(Metadata.builder()
                .withName("seckill_batch_size")
                .withDescription("Attempts deducted by one call to the ledger")
                .withUnit(MetricUnits.NONE)
                .build());
        durations = new Durations(
                registry,
                "seckill_deductions",
                "seckill_deduction",
                "Batches, from sending one to the ledger to its reply");
        expirations = registry.counter(Metadata.builder()
                .withName("seckill_expirations")
                .withDescription("Reservations that this node expired because nobody paid in time")
                .withUnit(MetricUnits.NONE)
                .build());
    }

    /** For the container's proxy. */
    LedgerMetrics() {}

    /** Made at the start: the server cannot make it on a thread that brings a reply. */
    void begin(@Observes Startup start) {}

    @Override
    public void sent(int attempts, long nanos) {
        size.update(attempts);
        durations.add(nanos);
    }

    @Override
    public void expired(long reservations) {
        expirations.inc(reservations);
    }

    /** Shows how long the ledger took since the last time. Called by one thread at a time. */
    public void tend() {
        durations.tend();
    }
}
