package dev.seckill.node;

import dev.seckill.payment.PaymentCounts;
import dev.seckill.payment.Payments;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.MetricUnits;
import org.eclipse.microprofile.metrics.Tag;

/** How payments stand, of all nodes together as each has counted them last; nothing where nobody can pay. */
@ApplicationScoped
public class PaymentMetrics {
    private final Map<Payments.Outcome, Counter> ended = new EnumMap<>(Payments.Outcome.class);
    private MetricRegistry registry;
    private Payments payments;

    @Inject
    PaymentMetrics(MetricRegistry registry, Payments payments) {
        this.registry = registry;
        this.payments = payments;
    }

    /** For the container's proxy. */
    PaymentMetrics() {}

    void begin(@Observes Startup start) {
        if (payments.state() == Payments.State.OFF) {
            return;
        }
        show(
                "seckill_payments_undecided",
                "Payments a minute old of which nobody knows the end",
                PaymentCounts::undecided);
        show("seckill_payments_stuck", "Payments that wait for an operator", PaymentCounts::stuck);
        show("seckill_refunds_due", "Refunds that are due", PaymentCounts::refundsDue);
        show("seckill_refunds_stuck", "Refunds that wait for an operator", PaymentCounts::refundsStuck);
        for (Payments.Outcome outcome : Payments.Outcome.values()) {
            ended.put(
                    outcome,
                    registry.counter(
                            metadata(
                                    "seckill_payments_ended",
                                    "Payments that this node has heard were declined, or had decided"),
                            new Tag("outcome", outcome.name())));
        }
    }

    /** Counts what ended since the last time. Called by one thread at a time. */
    public void tend() {
        ended.forEach((outcome, counter) -> counter.inc(payments.ended(outcome) - counter.getCount()));
    }

    private void show(String name, String description, ToLongFunction<PaymentCounts> count) {
        registry.gauge(metadata(name, description), payments, each -> count.applyAsLong(each.counts()));
    }

    private static Metadata metadata(String name, String description) {
        return Metadata.builder()
                .withName(name)
                .withDescription(description)
                .withUnit(MetricUnits.NONE)
                .build();
    }
}
