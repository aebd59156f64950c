package dev.seckill.order;

import dev.seckill.database.Database;
import dev.seckill.database.DatabaseAway;
import dev.seckill.database.DatabasePool;
import dev.seckill.database.Migration;
import dev.seckill.database.RowRefused;
import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.LedgerAway;
import dev.seckill.ledger.LedgerInDoubt;
import dev.seckill.ledger.SaleRefused;
import dev.seckill.ledger.SaleRefused.Reason;
import dev.seckill.trade.Operator;
import dev.seckill.trade.Place;
import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.SaleState;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/**
 * The orders of the sales that this node writes.
 *
 * <p>A timer calls {@link #tend}, which waits for nothing: on threads of its own this brings the tables up to date, beats in the
 * {@link Roster}, and gives each sale that has something to write a turn, so many at a time and a second at a time. A database
 * that is away is asked again after a moment that grows to some seconds; meanwhile the ledger keeps everything.
 */
@ApplicationScoped
public class Orders {
    private static final Logger LOG = Logger.getLogger(Orders.class.getName());

    /** A turn's length, after which another sale's comes. */
    private static final long TURN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final long FIRST_BACK_OFF_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_BACK_OFF_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** What it does at the moment. */
    public enum State {
        /** No database is configured. */
        OFF,
        /** The database was not reached yet. */
        STARTING,
        AWAY,
        WRITING
    }

    private final OrderConfig config;
    private final Ledger ledger;
    private final Supplier<DataSource> source;
    private final Executor threads;
    private final Map<SaleId, SaleWatch> watches = new ConcurrentHashMap<>();
    private final Map<SaleId, DriftWatch> drifts = new ConcurrentHashMap<>();
    private final Queue<SaleId> waiting = new ArrayDeque<>();
    private final Map<SaleId, CompletableFuture<Optional<Place>>> settling = new ConcurrentHashMap<>();
    private final Set<SaleId> retried = ConcurrentHashMap.newKeySet();
    private final LongAdder written = new LongAdder();
    private final LongAdder corrections = new LongAdder();
    private final AtomicBoolean inRound = new AtomicBoolean();
    private int turns;
    private boolean leaving;
    private Database database;
    private OrderWriter writer;
    private Roster roster;
    private Reconciler reconciler;
    private CompletableFuture<?> comparing = CompletableFuture.completedFuture(null);
    private long backOffNanos = FIRST_BACK_OFF_NANOS;
    private volatile long nextRoundNanos = System.nanoTime();
    private volatile State state;
    private volatile String trouble = "";
    private volatile String notDurable = "";

    @Inject
    public Orders(OrderConfig config, Ledger ledger, DatabasePool database, OrderThreads threads) {
        this(config, ledger, database, (Executor) threads);
    }

    Orders(OrderConfig config, Ledger ledger, Supplier<DataSource> source, Executor threads) {
        this.config = config;
        this.ledger = ledger;
        this.source = source;
        this.threads = threads;
        this.state = config == null || config.url().isEmpty() ? State.OFF : State.STARTING;
    }

    /** For the container's proxy. */
    Orders() {
        this(null, null, null, (Executor) null);
    }

    void begin(@Observes Startup start) {
        if (state == State.OFF) {
            LOG.log(Level.WARNING, "No orders are written: seckill.database.url is not set. The ledger keeps all.");
        }
    }

    /** Writes what there is to write in these sales, and in those that the database knows. Called by a timer. */
    public void tend(Collection<SaleId> known) {
        if (state == State.OFF) {
            return;
        }
        watches.forEach((sale, watch) -> watch.see(ledger.seen(sale), ledger.nowMs()));
        if (System.nanoTime() - nextRoundNanos >= 0 && inRound.compareAndSet(false, true)) {
            threads.execute(() -> round(known));
        }
    }

    private void round(Collection<SaleId> known) {
        try {
            if (writer == null) {
                start();
            }
            List<Roster.Line> lines = roster.beat(known);
            reached();
            for (Roster.Line line : lines) {
                if (!line.isFinished()) {
                    ledger.written(line.sale(), line.place(), line.fence());
                }
                if (watch(line.sale()).hear(line)) {
                    retried.remove(line.sale());
                }
            }
            watches.keySet().retainAll(lines.stream().map(Roster.Line::sale).collect(Collectors.toSet()));
            giveTurns();
            compareNext();
        } catch (DatabaseAway | RowRefused e) {
            away(e, Level.WARNING);
        } catch (RuntimeException e) {
            away(e, Level.SEVERE);
            LOG.log(Level.SEVERE, "A round of the orders failed.", e);
        } finally {
            inRound.set(false);
        }
    }

    private void start() {
        DataSource pool = source.get();
        Migration.run(pool);
        database = new Database(pool);
        notDurable = database.notDurable();
        if (!notDurable.isEmpty()) {
            LOG.log(Level.WARNING, "The database may lose orders that it has committed: {0}.", notDurable);
        }
        roster = new Roster(database, config.writer(), config.lease());
        writer = new OrderWriter(ledger, database, config.batchRows(), written::add);
        reconciler = new Reconciler(ledger, database, writer, corrections::add);
    }

    private void reached() {
        backOffNanos = FIRST_BACK_OFF_NANOS;
        trouble = "";
        if (state != State.WRITING) {
            state = State.WRITING;
            LOG.log(Level.INFO, "Orders are written, as {0}.", config.writer());
        }
    }

    private void away(RuntimeException fault, Level level) {
        nextRoundNanos = System.nanoTime() + backOffNanos;
        backOffNanos = Math.min(LONGEST_BACK_OFF_NANOS, backOffNanos * 2);
        if (trouble.isEmpty()) {
            LOG.log(
                    level,
                    "No orders are written, the ledger keeps them until the database is back: {0}",
                    fault.getMessage());
        }
        LOG.log(Level.FINE, "a round of the orders", fault);
        trouble = String.valueOf(fault.getMessage());
        if (state == State.WRITING) {
            state = State.AWAY;
        }
    }

    private SaleWatch watch(SaleId sale) {
        return watches.computeIfAbsent(sale, id -> new SaleWatch(SHORTEST_PAUSE, config.longestPause()));
    }

    // --- turns ------------------------------------------------------------------------------------------------------

    private void giveTurns() {
        watches.forEach((sale, watch) -> {
            watch.see(ledger.seen(sale), ledger.nowMs());
            if (watch.begin()) {
                enqueue(sale);
            }
        });
    }

    private synchronized void enqueue(SaleId sale) {
        waiting.add(sale);
        startTurns();
    }

    private synchronized void startTurns() {
        while (!leaving && turns < config.writers() && !waiting.isEmpty()) {
            SaleId sale = waiting.remove();
            turns++;
            threads.execute(() -> turn(sale));
        }
    }

    private void turn(SaleId sale) {
        boolean more = false;
        try {
            more = take(sale, watch(sale));
        } finally {
            synchronized (this) {
                turns--;
                if (more) {
                    waiting.add(sale);
                }
                startTurns();
            }
        }
    }

    /** True if it is still in its turn, which goes on after the others'. */
    private boolean take(SaleId sale, SaleWatch watch) {
        try {
            if (watch.aside() > 0) {
                retryOnce(sale);
            }
            long before = written.sum();
            boolean more = writer.turn(sale, System.nanoTime() + TURN_NANOS) == OrderWriter.Turn.MORE;
            if (!more) {
                String troubled = watch.trouble();
                watch.endQuiet(written.sum() > before);
                if (!troubled.isEmpty()) {
                    LOG.log(Level.INFO, "The orders of sale {0} are written again.", sale);
                }
            }
            return more;
        } catch (SaleStopped e) {
            if (watch.endTroubled(e.getMessage(), true)) {
                LOG.log(Level.SEVERE, "Nothing more is written: the {0}.", e.getMessage());
            }
        } catch (LedgerAway | LedgerInDoubt | SaleRefused e) {
            watch.endTroubled(e.getMessage(), false);
        } catch (DatabaseAway e) {
            if (watch.endTroubled(String.valueOf(e.getMessage()), false)) {
                LOG.log(Level.WARNING, "The orders of sale {0} wait: {1}", new Object[] {sale, e.getMessage()});
            }
        } catch (RuntimeException e) {
            if (watch.endTroubled(e.toString(), true)) {
                LOG.log(Level.SEVERE, "Nothing more is written of sale " + sale + " until this passes.", e);
            }
        }
        return false;
    }

    /** What is kept aside, when this node begins to write the sale. */
    private void retryOnce(SaleId sale) {
        if (retried.add(sale)) {
            try {
                writer.retry(sale);
            } catch (DatabaseAway e) {
                retried.remove(sale);
                throw e;
            }
        }
    }

    // --- comparing --------------------------------------------------------------------------------------------------

    /** One sale at a time. */
    private void compareNext() {
        drifts.keySet().retainAll(watches.keySet());
        if (isComparing()) {
            return;
        }
        watches.forEach((sale, watch) -> watch.compared()
                .ifPresentOrElse(
                        place -> drifts.computeIfAbsent(sale, id -> new DriftWatch(config.reconcileEvery())),
                        () -> drifts.remove(sale)));
        drifts.entrySet().stream()
                .filter(each -> each.getValue().isDue(stands(each.getKey()), ledger.isDamaged(each.getKey())))
                .min(Comparator.comparingLong(each -> each.getValue().dueNanos()))
                .ifPresent(each -> next(() -> compare(each.getKey(), each.getValue())));
    }

    private Place stands(SaleId sale) {
        Place place = watch(sale).compared().orElse(Place.BEGIN);
        Place seen = ledger.seen(sale);
        return place.isBefore(seen) ? seen : place;
    }

    private synchronized boolean isComparing() {
        return !comparing.isDone();
    }

    private synchronized <T> CompletionStage<T> next(Supplier<T> task) {
        CompletableFuture<T> next =
                comparing.handle((before, fault) -> null).thenApplyAsync(ignored -> task.get(), threads);
        comparing = next;
        return next;
    }

    private Void compare(SaleId sale, DriftWatch watch) {
        try {
            reconciler
                    .compare(sale, watch.sweep())
                    .ifPresentOrElse(comparison -> hear(sale, watch, comparison), watch::later);
        } catch (LedgerAway | LedgerInDoubt | SaleRefused e) {
            // what has become of it shows the next comparison
            watch.later();
            LOG.log(Level.FINE, "comparing sale " + sale, e);
        } catch (RuntimeException e) {
            hear(sale, watch, watch.last().stale("it could not be compared again: " + e.getMessage()));
            LOG.log(e instanceof DatabaseAway ? Level.FINE : Level.SEVERE, "comparing sale " + sale, e);
        }
        return null;
    }

    private void hear(SaleId sale, DriftWatch watch, Comparison comparison) {
        if (watch.hear(comparison, ledger.nowMs())) {
            LOG.log(
                    comparison.agrees() ? Level.INFO : Level.SEVERE,
                    "Ledger and orders of sale {0}: {1}.",
                    new Object[] {sale, comparison});
        }
    }

    /**
     * Notes who is about to archive a sale, of which no movement would tell, and answers up to where the database has its
     * movements, of a closed sale only if its ledger and all of its orders agree there, and its payments are settled: the beginning
     * if it cannot be asked. Empty if nobody wants them there.
     */
    public CompletionStage<Optional<Place>> archiving(SaleId sale, Operator operator) {
        if (state == State.OFF) {
            return CompletableFuture.completedStage(Optional.empty());
        }
        return state == State.WRITING
                ? CompletableFuture.supplyAsync(() -> noteArchiving(sale, operator), threads)
                        .thenCompose(noted ->
                                noted ? settled(sale) : CompletableFuture.completedStage(Optional.of(Place.BEGIN)))
                : CompletableFuture.completedStage(Optional.of(Place.BEGIN));
    }

    private boolean noteArchiving(SaleId sale, Operator operator) {
        try {
            writer.noteArchiving(sale, operator);
            return true;
        } catch (DatabaseAway | RowRefused e) {
            return false;
        }
    }

    private CompletionStage<Optional<Place>> settled(SaleId sale) {
        CompletableFuture<Optional<Place>> mine = new CompletableFuture<>();
        CompletableFuture<Optional<Place>> running = settling.putIfAbsent(sale, mine);
        if (running != null) {
            return running;
        }
        next(() -> settle(sale)).whenComplete((place, fault) -> {
            settling.remove(sale);
            if (fault == null) {
                mine.complete(Optional.of(place));
            } else {
                mine.completeExceptionally(fault);
            }
        });
        return mine;
    }

    private Place settle(SaleId sale) {
        try {
            Place place = writer.written(sale);
            Optional<Sale> seen = OrderWriter.await(ledger.show(sale));
            if (seen.filter(found -> isOver(found, place)).isEmpty()) {
                // the ledger knows better why it cannot be archived
                return place;
            }
            String notKept = database.notDurable();
            if (!notKept.isEmpty()) {
                throw new SaleRefused(
                        Reason.STILL_DIFFERENT, "the database may lose what it has committed, " + notKept);
            }
            Comparison comparison = reconciler.compareAll(sale);
            if (!comparison.agrees()) {
                throw new SaleRefused(Reason.STILL_DIFFERENT, comparison.toString());
            }
            // After that place: what is decided from now on is a movement behind it.
            Unsettled unsettled = database.transact(connection -> Unsettled.read(connection, sale));
            if (unsettled.isAny()) {
                throw new SaleRefused(Reason.STILL_UNDECIDED, unsettled.toString());
            }
            return comparison.place();
        } catch (DatabaseAway | RowRefused e) {
            return Place.BEGIN;
        }
    }

    private static boolean isOver(Sale sale, Place written) {
        boolean isWritten = written.equals(
                new Place(sale.standing().epoch(), sale.standing().seq()));
        return sale.state() == SaleState.CLOSED && isWritten && (sale.reserved() == 0 || !sale.addsUp());
    }

    /** Leaves its sales to the other nodes. */
    public CompletionStage<Void> leave() {
        synchronized (this) {
            leaving = true;
        }
        nextRoundNanos = Long.MAX_VALUE;
        return state == State.WRITING
                ? CompletableFuture.runAsync(() -> roster.leave(), threads)
                : CompletableFuture.completedStage(null);
    }

    // --- for whoever looks ------------------------------------------------------------------------------------------

    /** What is asked of the database past the writers; fails with {@link OrdersAway} if it cannot be asked. */
    <T> T ask(BiFunction<Database, OrderWriter, T> question) {
        State now = state;
        if (now != State.WRITING) {
            throw new OrdersAway(now == State.OFF ? OrdersAway.Reason.OFF : OrdersAway.Reason.AWAY, trouble);
        }
        try {
            return question.apply(database, writer);
        } catch (DatabaseAway e) {
            LOG.log(Level.FINE, "somebody asked", e);
            throw new OrdersAway(OrdersAway.Reason.AWAY, e.getMessage());
        }
    }

    // --- how it goes ------------------------------------------------------------------------------------------------

    public State state() {
        return state;
    }

    /** Why the database does nothing, or ''. */
    public String trouble() {
        return trouble;
    }

    /** Why the database may lose what it has committed, or ''. */
    public String notDurable() {
        return notDurable;
    }

    /** Steps of orders that this node has written. */
    public long written() {
        return written.sum();
    }

    /** The sales whose orders are looked after, here or on other nodes. */
    public Set<SaleId> sales() {
        return Set.copyOf(watches.keySet());
    }

    /** Movements of a sale that are in the ledger and not in the database, as far as this node has heard. */
    public long lag(SaleId sale) {
        SaleWatch watch = watches.get(sale);
        return watch == null ? 0 : watch.lag(ledger.seen(sale));
    }

    /** For how long the oldest of them has waited. */
    public Duration lagTime(SaleId sale) {
        SaleWatch watch = watches.get(sale);
        return watch == null ? Duration.ZERO : Duration.ofMillis(watch.lagMs(ledger.nowMs()));
    }

    /** Steps of a sale that are kept aside. */
    public long keptAside(SaleId sale) {
        SaleWatch watch = watches.get(sale);
        return watch == null ? 0 : watch.aside();
    }

    /** Tickets by which a sale's ledger was off when this node compared it last; only the node that writes the sale does. */
    public long drift(SaleId sale) {
        DriftWatch watch = drifts.get(sale);
        return watch == null ? 0 : watch.last().drift();
    }

    /** Reservations of a sale whose order and record in the ledger differ, as far as this node has compared them. */
    public long differing(SaleId sale) {
        DriftWatch watch = drifts.get(sale);
        return watch == null ? 0 : watch.last().differing();
    }

    /** Corrections of ledgers and of orders that this node has made. */
    public long corrections() {
        return corrections.sum();
    }

    /** The sales whose ledger and orders do not agree, as this node has found, and since when. */
    public Map<SaleId, String> drifting() {
        Map<SaleId, String> drifting = new TreeMap<>((a, b) -> a.value().compareTo(b.value()));
        drifts.forEach((sale, watch) -> {
            if (watch.sinceMs() > 0) {
                drifting.put(sale, watch.last() + ", since " + Instant.ofEpochMilli(watch.sinceMs()));
            }
        });
        return drifting;
    }

    /** The sales of which this node writes nothing, and why. */
    public Map<SaleId, String> stopped() {
        Map<SaleId, String> stopped = new TreeMap<>((a, b) -> a.value().compareTo(b.value()));
        watches.forEach((sale, watch) -> {
            if (watch.isStopped()) {
                stopped.put(sale, watch.trouble());
            }
        });
        return stopped;
    }
}
