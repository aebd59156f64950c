package dev.seckill.node;

import dev.seckill.ledger.Ledger;
import dev.seckill.sale.Sales;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/**
 * Ready once the ledger was reached, and from then on until the node is told to stop: a ledger away is an answer (BUSY),
 * not a dead node, and taking all nodes out at once would help nobody.
 */
@org.eclipse.microprofile.health.Readiness
@ApplicationScoped
public class Readiness implements HealthCheck {
    @Inject
    Sales sales;

    @Inject
    Ledger ledger;

    @Inject
    Drain drain;

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("ledger")
                .status(sales.isReady() && !drain.isDraining())
                .withData("draining", drain.isDraining())
                .withData("durable", ledger.keepsAll())
                .withData("sells", ledger.notDurable().isEmpty())
                .build();
    }
}
