package dev.seckill.node;

import dev.seckill.payment.PaymentCounts;
import dev.seckill.payment.Payments;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Tells how payments go. As with the orders it is always up: a node sells while nobody can pay. */
@Readiness
@ApplicationScoped
public class PaymentHealth implements HealthCheck {
    @Inject
    Payments payments;

    @Override
    public HealthCheckResponse call() {
        PaymentCounts counts = payments.counts();
        return HealthCheckResponse.named("payments")
                .up()
                .withData("state", payments.state().name())
                .withData("sandbox", payments.isSandbox())
                .withData("undecided", counts.undecided())
                .withData("stuck", counts.stuck())
                .withData("refunds_due", counts.refundsDue())
                .withData("refunds_stuck", counts.refundsStuck())
                .build();
    }
}
