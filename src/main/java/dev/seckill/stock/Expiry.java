package dev.seckill.stock;

import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.SaleRefused;
import dev.seckill.trade.SaleId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Gives back the tickets of reservations whose hold time is over, in every sale, whoever took them.
 *
 * <p>Every node does it; the script expires each reservation once. A sale is asked about only when something can be due:
 * each reply tells until when nothing is, so a sale in which nothing happens costs one call in a hold time. Sales take
 * turns, one call at a time, so that many of them together do not hold up the buyers.
 */
@ApplicationScoped
public class Expiry {
    private static final Logger LOG = Logger.getLogger(Expiry.class.getName());

    /** In one turn of a sale; 20 000 reservations. Its next turn goes on. */
    private static final int MOST_CALLS = 100;

    /** How long a sale that cannot be acted on is left alone. */
    private static final long REFUSED_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Ledger ledger;

    /** By sale, until when (System.nanoTime) nothing is due. */
    private final Map<SaleId, Long> quietUntilNanos = new ConcurrentHashMap<>();

    private CompletionStage<Void> round = CompletableFuture.completedStage(null);

    @Inject
    public Expiry(Ledger ledger) {
        this.ledger = ledger;
    }

    /** For the container's proxy. */
    Expiry() {
        this(null);
    }

    /** Expires what is due in these sales, unless the last round still runs. Called by a timer; waits for nothing. */
    public synchronized void tend(Collection<SaleId> sales) {
        if (!round.toCompletableFuture().isDone() || !ledger.notDurable().isEmpty()) {
            return;
        }
        round = CompletableFuture.completedStage(null);
        for (SaleId sale : sales) {
            Long quietUntil = quietUntilNanos.get(sale);
            if (quietUntil == null || System.nanoTime() - quietUntil >= 0) {
                round = round.thenCompose(before -> turn(sale));
            }
        }
    }

    private CompletionStage<Void> turn(SaleId sale) {
        return expire(sale, MOST_CALLS).handle((quietUntil, fault) -> {
            if (fault == null) {
                quietUntilNanos.put(sale, quietUntil);
            } else if (SaleRefused.isForLong(fault)) {
                quietUntilNanos.put(sale, System.nanoTime() + REFUSED_NANOS);
            } else {
                // Away or in doubt: whatever this call has done, the next turn's does the rest.
                LOG.log(Level.FINE, "expiry of " + sale, fault);
                quietUntilNanos.remove(sale);
            }
            return null;
        });
    }

    private CompletionStage<Long> expire(SaleId sale, int calls) {
        return ledger.expire(sale)
                .thenCompose(found -> found.isMoreDue() && calls > 1
                        ? expire(sale, calls - 1)
                        : CompletableFuture.completedStage(found.quietUntilNanos()));
    }
}
