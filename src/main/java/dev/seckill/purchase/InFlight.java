package dev.seckill.purchase;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Counts the purchases this node has let in and not yet decided.
 *
 * <p>Past its bound the next one is told "busy" at the door. Without that a node with more to do than it can would go on
 * accepting, because that comes first, and answer ever later, until nobody waits for the answers any more.
 */
@ApplicationScoped
public class InFlight {
    private final AtomicInteger purchases = new AtomicInteger();
    private int most;

    @Inject
    InFlight(PurchaseConfig config) {
        most = config.mostInFlight();
    }

    /** For the container's proxy. */
    InFlight() {}

    /** Whether the next one would be turned away: cheap, for the door. */
    public boolean isFull() {
        return purchases.get() >= most;
    }

    public int purchases() {
        return purchases.get();
    }

    /** Lets a purchase in and counts it until it is answered; or, past the bound, the other thing instead. */
    public <T> CompletionStage<T> let(Supplier<CompletionStage<T>> purchase, Supplier<CompletionStage<T>> otherwise) {
        if (purchases.incrementAndGet() > most) {
            purchases.decrementAndGet();
            return otherwise.get();
        }
        try {
            return purchase.get().whenComplete((answer, fault) -> purchases.decrementAndGet());
        } catch (RuntimeException | Error e) {
            purchases.decrementAndGet();
            throw e;
        }
    }
}
