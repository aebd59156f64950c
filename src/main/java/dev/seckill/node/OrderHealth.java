package dev.seckill.node;

import dev.seckill.order.Orders;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Tells how the orders are written. It stands among what makes a node ready because there is no other place for it, and is always
 * up: a node sells while the database is away, and the ledger keeps what it sold.
 */
@Readiness
@ApplicationScoped
public class OrderHealth implements HealthCheck {
    private static final double MS = 1_000;

    @Inject
    Orders orders;

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder health = HealthCheckResponse.named("orders")
                .up()
                .withData("state", orders.state().name())
                .withData(
                        "lag_movements",
                        orders.sales().stream().mapToLong(orders::lag).sum())
                .withData(
                        "lag_seconds",
                        Math.round(orders.sales().stream()
                                        .mapToLong(sale -> orders.lagTime(sale).toMillis())
                                        .max()
                                        .orElse(0)
                                / MS))
                .withData(
                        "kept_aside",
                        orders.sales().stream().mapToLong(orders::keptAside).sum())
                .withData("durable", orders.notDurable().isEmpty());
        if (!orders.stopped().isEmpty()) {
            health.withData("stopped", orders.stopped().keySet().toString());
        }
        if (!orders.drifting().isEmpty()) {
            health.withData("drifting", orders.drifting().toString());
        }
        return health.build();
    }
}
