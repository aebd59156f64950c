package dev.seckill.node;

import dev.seckill.order.Orders;
import dev.seckill.stock.LocalStock;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Shutdown;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * How a node stops without a failed request: at SIGTERM it is no longer ready but sells on, while whatever is in front of
 * it notices; its shares are renewed no more, only asked for by whoever still buys here. Then the server, which waits for
 * {@code fish.payara.shutdowngrace}, stops the application, and what is left of the shares is given up, and
 * the sales whose orders it writes are left to the others. Readiness says
 * that it drains; a log could not, because the JVM closes the logs at once.
 */
@ApplicationScoped
public class Drain {
    private static final Logger LOG = Logger.getLogger(Drain.class.getName());

    /** A ledger or a database that is away must not keep a node from stopping; leases end by themselves. */
    private static final int LEAVE_PATIENCE_S = 2;

    private final LocalStock localStock;
    private final Orders orders;

    /** The JVM runs it beside the server's own, which begins by waiting. */
    private final Thread hook = new Thread(() -> draining = true, "drain");

    private volatile boolean draining;

    @Inject
    Drain(LocalStock localStock, Orders orders) {
        this.localStock = localStock;
        this.orders = orders;
    }

    /** For the container's proxy. */
    Drain() {
        this(null, null);
    }

    /** Whether this node has been told to stop. */
    public boolean isDraining() {
        return draining;
    }

    void begin(@Observes Startup start) {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    void leave(@Observes Shutdown stop) {
        try {
            CompletableFuture.allOf(
                            localStock.leave().toCompletableFuture(),
                            orders.leave().toCompletableFuture())
                    .get(LEAVE_PATIENCE_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(
                    Level.FINE,
                    "what is left of the shares, and the sales whose orders it wrote, end with their leases",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!draining) {
            // Undeployed while the server lives on.
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
