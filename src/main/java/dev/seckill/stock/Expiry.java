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
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Gives back the tickets of reservations whose hold time is over, in every sale, whoever took them.
 *
 * <p>Every node does it; the script expires each reservation once. A sale is asked about only when something can be due:
 * each reply tells until when nothing is, so a sale in which nothing happens costs one call in a hold time.
 */
@ApplicationScoped
public class Expiry {
    private static final Logger LOG = Logger.getLogger(Expiry.class.getName());

    /** In one tick, for each sale; 20 000 reservations. The next tick goes on. */
    private static final int MOST_CALLS = 100;

    private static final long RUNNING = Long.MAX_VALUE;
    private static final long ARCHIVED_MS = 60_000;

    private final Ledger ledger;

    /** By sale, until when (Redis time) nothing is due. */
    private final Map<SaleId, Long> quietUntilMs = new ConcurrentHashMap<>();

    @Inject
    public Expiry(Ledger ledger) {
        this.ledger = ledger;
    }

    /** For the container's proxy. */
    Expiry() {
        this(null);
    }

    /** Expires what is due in these sales. Called by a timer; waits for nothing. */
    public void tend(Collection<SaleId> sales) {
        long nowMs = ledger.nowMs();
        for (SaleId sale : sales) {
            if (quietUntilMs.getOrDefault(sale, 0L) <= nowMs) {
                quietUntilMs.put(sale, RUNNING);
                expire(sale, MOST_CALLS).whenComplete((quietUntil, fault) -> {
                    if (fault == null) {
                        quietUntilMs.put(sale, quietUntil);
                    } else if (SaleRefused.isNoSale(fault)) {
                        quietUntilMs.put(sale, nowMs + ARCHIVED_MS);
                    } else {
                        // Away or in doubt: whatever this call has done, the next tick's does the rest.
                        LOG.log(Level.FINE, "expiry of " + sale, fault);
                        quietUntilMs.remove(sale);
                    }
                });
            }
        }
    }

    private CompletionStage<Long> expire(SaleId sale, int calls) {
        return ledger.expire(sale)
                .thenCompose(found -> found.quietUntilMs() <= found.nowMs() && calls > 1
                        ? expire(sale, calls - 1)
                        : CompletableFuture.completedStage(found.quietUntilMs()));
    }
}
