package dev.seckill.sale;

import dev.seckill.ledger.Change;
import dev.seckill.ledger.Ledger;
import dev.seckill.order.Orders;
import dev.seckill.stock.StockConfig;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.Operator;
import dev.seckill.trade.Place;
import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.SaleState;
import dev.seckill.trade.Standing;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The sales this node knows.
 *
 * <p>Looking at a sale costs the ledger at most one call a second and node, however many look, and none while nobody
 * does. A sale created elsewhere is known within a second; a name nobody has created costs a look at the list of sales,
 * at most one every 200 ms for everybody.
 */
@ApplicationScoped
public class Sales {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long STILL_FRESH_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LIST_FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Ledger ledger;
    private final StockConfig stock;
    private final Orders orders;
    private final Map<SaleId, Seen> seen = new ConcurrentHashMap<>();
    private final Map<SaleId, CompletableFuture<Optional<Sale>>> looking = new ConcurrentHashMap<>();
    private CompletableFuture<Void> listing = CompletableFuture.completedFuture(null);
    private long listedAtNanos;
    private volatile Set<SaleId> listed = Set.of();
    private volatile boolean contacted;

    private record Seen(Sale sale, long atNanos) {}

    @Inject
    public Sales(Ledger ledger, StockConfig stock, Orders orders) {
        this.ledger = ledger;
        this.stock = stock;
        this.orders = orders;
        listedAtNanos = System.nanoTime() - FRESH_NANOS;
    }

    /** For the container's proxy. */
    Sales() {
        this(null, null, null);
    }

    /** The sale as last seen, from memory if it was ever seen: its definition is right, its sums may be old. */
    public CompletionStage<Optional<Sale>> find(SaleId id) {
        Seen known = seen.get(id);
        return known != null ? CompletableFuture.completedStage(Optional.of(known.sale)) : lookFor(id);
    }

    /** Whether it was ever seen here, so that {@link #find} answers at once. */
    public boolean knows(SaleId id) {
        return seen.containsKey(id);
    }

    /** The sale as it stood within the last second. */
    public CompletionStage<Optional<Sale>> show(SaleId id) {
        Seen known = seen.get(id);
        if (known == null) {
            return lookFor(id);
        }
        return known.sale.state() == SaleState.ARCHIVED || System.nanoTime() - known.atNanos < FRESH_NANOS
                ? CompletableFuture.completedStage(Optional.of(known.sale))
                : look(id);
    }

    /** All sales as they stood within the last second, by id. */
    public CompletionStage<List<Sale>> list() {
        return refresh().thenCompose(done -> {
            List<CompletableFuture<Optional<Sale>>> shown = seen.keySet().stream()
                    .sorted((a, b) -> a.value().compareTo(b.value()))
                    .map(id -> show(id).toCompletableFuture())
                    .toList();
            return CompletableFuture.allOf(shown.toArray(CompletableFuture[]::new))
                    .thenApply(all ->
                            shown.stream().flatMap(each -> each.join().stream()).toList());
        });
    }

    /** Creates a sale and shows it; it is known here at once. */
    public CompletionStage<Sale> create(SaleDefinition definition, Operator operator) {
        if (definition.closesAtMs() != 0 && definition.closesAtMs() <= ledger.nowMs()) {
            throw new BadInput("closes_at is in the past.");
        }
        return ledger.create(definition, stock.rest(), operator)
                .thenCompose(done -> lookAnew(definition.id()))
                .thenApply(Optional::orElseThrow);
    }

    /** Changes a sale and shows it; empty if there is none. */
    public CompletionStage<Optional<Sale>> change(SaleId id, Change change, Operator operator) {
        CompletionStage<Optional<Place>> kept = change.state() == SaleState.ARCHIVED
                ? orders.archiving(id, operator)
                : CompletableFuture.completedStage(Optional.empty());
        return kept.thenCompose(place -> ledger.change(id, change, operator, place))
                .thenCompose(done -> lookAnew(id));
    }

    /** Meets the sales created since the last time. Called by a timer, and by whoever misses one. */
    public synchronized CompletionStage<Void> refresh() {
        if (!listing.isDone() || System.nanoTime() - listedAtNanos < LIST_FRESH_NANOS) {
            return listing;
        }
        listedAtNanos = System.nanoTime();
        listing = ledger.sales()
                .thenCompose(this::meet)
                .thenRunAsync(() -> {}, ledger.answering())
                .toCompletableFuture();
        return listing;
    }

    private CompletionStage<Void> meet(Set<SaleId> ids) {
        listed = ids;
        CompletableFuture<?>[] unmet = ids.stream()
                .filter(id -> !seen.containsKey(id))
                // One that cannot be looked at now is met the next time, and keeps nobody from the others.
                .map(id -> look(id).exceptionally(fault -> Optional.empty()).toCompletableFuture())
                .toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(unmet).thenRun(() -> contacted = true);
    }

    /** Whether the ledger has been reached at all since this node started. */
    public boolean isReady() {
        return contacted;
    }

    /**
     * Looks again at the sales that are known to have moved since they were seen, and now and then at those that stand still: a hand
     * that changes Redis moves nothing. Called by a timer.
     */
    public void follow() {
        seen.forEach((id, known) -> {
            boolean looks = hasMoved(id, known.sale)
                    || ledger.isDamaged(id)
                    || System.nanoTime() - known.atNanos > STILL_FRESH_NANOS;
            if (known.sale.state() != SaleState.ARCHIVED && looks) {
                look(id);
            }
        });
    }

    private boolean hasMoved(SaleId id, Sale since) {
        Standing then = since.standing();
        return new Place(then.epoch(), then.seq()).isBefore(ledger.seen(id));
    }

    /** The sale as last seen, however long ago; of one that moves, a second or two. */
    public Optional<Sale> seen(SaleId id) {
        return Optional.ofNullable(seen.get(id)).map(Seen::sale);
    }

    /** The sales as last seen, however long ago. */
    public Collection<SaleId> known() {
        return seen.keySet();
    }

    /** One that is listed and could not be looked at, as when the ledger has lost it, is not one that there is not. */
    private CompletionStage<Optional<Sale>> lookFor(SaleId id) {
        return refresh()
                .thenCompose(done -> listed.contains(id) && !seen.containsKey(id)
                        ? look(id)
                        : CompletableFuture.completedStage(
                                Optional.ofNullable(seen.get(id)).map(Seen::sale)));
    }

    /** Asks the ledger, once for all who ask meanwhile. */
    private CompletionStage<Optional<Sale>> look(SaleId id) {
        CompletableFuture<Optional<Sale>> mine = new CompletableFuture<>();
        CompletableFuture<Optional<Sale>> running = looking.putIfAbsent(id, mine);
        if (running != null) {
            return running;
        }
        long askedAt = System.nanoTime();
        ledger.show(id)
                .whenCompleteAsync(
                        (sale, fault) -> {
                            looking.remove(id);
                            if (fault != null) {
                                mine.completeExceptionally(fault);
                            } else {
                                sale.ifPresent(found -> seen.put(id, new Seen(found, askedAt)));
                                mine.complete(sale);
                            }
                        },
                        ledger.answering());
        return mine;
    }

    /** Looks after what was just done: a look that is on its way may have been before it. */
    private CompletionStage<Optional<Sale>> lookAnew(SaleId id) {
        CompletableFuture<Optional<Sale>> running = looking.get(id);
        return running == null
                ? look(id)
                : running.handle((sale, fault) -> null).thenCompose(done -> look(id));
    }
}
