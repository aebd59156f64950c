package dev.seckill.node;

import dev.seckill.cluster.Members;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Tells how many nodes hear of each other. As with the orders it is always up: a node alone sells all there is. */
@Readiness
@ApplicationScoped
public class MemberHealth implements HealthCheck {
    @Inject
    Members members;

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("cluster")
                .up()
                .withData("members", members.count())
                .build();
    }
}
