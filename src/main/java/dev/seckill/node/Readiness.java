package dev.seckill.node;

import dev.seckill.identity.Keys;
import dev.seckill.ledger.Ledger;
import dev.seckill.sale.Sales;
import dev.seckill.signin.SignInConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/**
 * Ready once the ledger was reached and there were keys to verify tokens with, and from then on until the node is told to
 * stop: a ledger away is an answer (BUSY), and so is an identity provider that is, not a dead node, and taking all nodes
 * out at once would help nobody.
 */
@org.eclipse.microprofile.health.Readiness
@ApplicationScoped
public class Readiness implements HealthCheck {
    @Inject
    Sales sales;

    @Inject
    Ledger ledger;

    @Inject
    Keys keys;

    @Inject
    SignInConfig signIn;

    @Inject
    Drain drain;

    private volatile boolean hadKeys;

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder health = HealthCheckResponse.named("ledger")
                .status(sales.isReady() && hadKeys() && !drain.isDraining())
                .withData("draining", drain.isDraining())
                .withData("durable", ledger.keepsAll())
                .withData("sells", ledger.notDurable().isEmpty())
                .withData("keys", keys.areKnown())
                .withData("trial_issuer", signIn.issuer().isPresent());
        if (!ledger.lost().isEmpty()) {
            health.withData("lost", ledger.lost().toString());
        }
        return health.build();
    }

    private boolean hadKeys() {
        hadKeys |= keys.areKnown();
        return hadKeys;
    }
}
