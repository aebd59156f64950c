package dev.seckill.ledger;

import dev.seckill.ledger.Page.End;
import dev.seckill.ledger.Released.Result;
import dev.seckill.ledger.SaleRefused.Reason;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.Operator;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.Place;
import dev.seckill.trade.RefundId;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.SaleState;
import dev.seckill.trade.Standing;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/**
 * The ledger of the running sales: every change to their stock is one script, run in Redis.
 *
 * <p>Nothing here blocks but {@link #tend}. Stages complete on Redisson's threads unless it says otherwise, so what is
 * chained to them is short. They fail with {@link LedgerAway} (nothing happened), {@link LedgerInDoubt} (it may have
 * happened) or {@link SaleRefused} (this sale cannot be acted on).
 */
@ApplicationScoped
public class Ledger {
    private static final Logger LOG = Logger.getLogger(Ledger.class.getName());

    /** A node keeps something of each sale in memory and lists them all in one answer. */
    private static final int MOST_SALES = 1_000;

    private static final int BUYERS_PAGE = 1_000;

    /** In one call, which takes Redis about 2 ms: more would hold up the buyers of all sales. */
    private static final int MOST_EXPIRED = 200;

    /** Movements and their reservations that one call looks at, for the same reason: many may have ended otherwise. */
    private static final int MOST_LOOKED_AT = 1_000;

    /** Reservations in one page of movements, however full they are: about half a megabyte. */
    private static final int MOST_READ = 8_000;

    /** Every node ticks in that time and says how far it has seen. */
    private static final long ADOPTION_WAIT_MS = 2_000;

    /** How long Redis is trusted to be the one it was; whoever asks for a sale notices a restart at once. */
    private static final long DURABLE_FOR_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LedgerConfig config;
    private final LedgerListener listener;
    private final Executor answering;
    private final Redis redis;
    private final LedgerClock clock = new LedgerClock();
    private final Map<SaleId, Book> books = new ConcurrentHashMap<>();
    private volatile Consumer<Heard> standings = heard -> {};
    private volatile String notDurable = "not asked yet";
    private long durableAtNanos;
    private Set<String> knownRuns = Set.of();

    @Inject
    public Ledger(LedgerConfig config, LedgerListener listener, AnswerThreads answering) {
        this(config, listener, (Executor) answering);
    }

    Ledger(LedgerConfig config, LedgerListener listener, Executor answering) {
        this.config = config;
        this.listener = listener;
        this.answering = answering;
        this.redis = config == null ? null : new Redis(config);
    }

    /** For the container's proxy. */
    Ledger() {
        this(null, null, (Executor) null);
    }

    /** Tells how a sale stood, at every reply that says so; on the thread that brings it. One listener. */
    public void onHeard(Consumer<Heard> listener) {
        standings = listener;
    }

    /** Where answers to buyers are given, away from the threads that read from Redis. */
    public Executor answering() {
        return answering;
    }

    /** Redis time in ms as far as this node can tell. */
    public long nowMs() {
        return clock.nowMs();
    }

    /** The time after which an attempt accepted now takes nothing. */
    public long deadlineMs() {
        return clock.nowMs() + config.budget().toMillis();
    }

    /** Longer than any deadline that {@link #deadlineMs} gives can still be ahead. */
    public Duration budget() {
        return config.budget();
    }

    /** Why nothing is sold here, or '' if the ledger keeps what it acknowledges (or need not). */
    public String notDurable() {
        return notDurable;
    }

    /** Whether the ledger is held to keeping every write it acknowledges. */
    public boolean keepsAll() {
        return config.durable();
    }

    /** Whether the ledger, or one of its servers, does not answer. */
    public boolean isAway() {
        return redis.isAway();
    }

    // --- purchase ---------------------------------------------------------------------------------------------------

    /** Deducts and reserves, together with all who ask at the same time. Completes on an answering thread. */
    public CompletionStage<Answer> deduct(Attempt attempt) {
        Book book = book(attempt.sale());
        return !notDurable.isEmpty() || redis.isAway(book.keys.movements)
                ? CompletableFuture.completedStage(Answer.BUSY)
                : book.batcher.submit(attempt);
    }

    private CompletionStage<List<Answer>> send(Book book, List<Attempt> attempts) {
        long sentAt = System.nanoTime();
        return redis.runDurably(Script.DEDUCT, book.keys.reservations, DeductScript.args(attempts))
                .thenApply(reply -> {
                    listener.sent(attempts.size(), System.nanoTime() - sentAt);
                    if (hear(book, reply)) {
                        return DeductScript.answers(attempts, reply);
                    }
                    if (isNone(book, reply)) {
                        return Collections.nCopies(attempts.size(), Answer.NO_SALE);
                    }
                    // It has not looked at the ids: nothing was taken now, but an earlier sending may have.
                    throw new LedgerAway(reply.verdict());
                });
    }

    /** Releases a reservation's tickets. The exact inverse of {@link #deduct}, once. */
    public CompletionStage<Released> release(ReservationId id, BuyerId buyer, boolean isOwn) {
        Book book = book(id.sale());
        return redis.runAgainDurably(
                        reply -> lookedAt(book, reply),
                        Script.RELEASE,
                        book.keys.reservations,
                        id.code(),
                        buyer.value(),
                        isOwn ? 1 : 0,
                        config.mostCancelledAhead())
                .handle((reply, fault) -> {
                    if (fault != null) {
                        return new Released(LedgerAway.is(fault) ? Result.BUSY : Result.UNKNOWN, null);
                    }
                    if (!hear(book, reply)) {
                        return new Released(isNone(book, reply) ? Result.NO_SALE : Result.BUSY, null);
                    }
                    String[] result = reply.text(0).split(":", 2);
                    Reservation reservation = result.length == 1 ? null : Reservation.parse(id, result[1]);
                    return new Released(Result.valueOf(result[0]), reservation);
                });
    }

    /**
     * Expires some of the reservations whose hold time is over, longest due first. All nodes may do so at once, and again
     * when in doubt.
     */
    public CompletionStage<Expired> expire(SaleId sale) {
        Book book = book(sale);
        return redis.runDurably(Script.EXPIRE, book.keys.reservations, MOST_EXPIRED, MOST_LOOKED_AT)
                .thenApply(reply -> {
                    okOrRefused(book, reply);
                    listener.expired(reply.result(0));
                    return Expired.of(reply);
                });
    }

    /** Finds a reservation, or that there is none. The deadline is the one it was asked under, or 0. */
    public CompletionStage<Found> find(ReservationId id, long deadlineMs) {
        Book book = book(id.sale());
        return redis.runDurably(Script.FIND, book.keys.find, id.code(), deadlineMs)
                .thenApply(reply -> {
                    okOrRefused(book, reply);
                    String result = reply.text(0);
                    Reservation found = result.startsWith("FOUND:")
                            ? Reservation.parse(id, result.substring("FOUND:".length()))
                            : null;
                    String successor = reply.text(1);
                    return new Found(
                            found,
                            successor.isEmpty() ? null : new ReservationId(id.sale(), successor),
                            (int) reply.result(2),
                            reply.nowMs());
                });
    }

    // --- payment ----------------------------------------------------------------------------------------------------

    /** Extends a reservation's due date, once, because its buyer begins to pay it. May be repeated. */
    public CompletionStage<Extended> extend(ReservationId id, BuyerId buyer) {
        return act(id.sale(), Script.EXTEND, keys -> keys.reservations, id.code(), buyer.value())
                .thenApply(reply -> {
                    String[] result = reply.text(0).split(":", 2);
                    return new Extended(
                            Extended.Result.valueOf(result[0]),
                            result.length == 1 ? null : Reservation.parse(id, result[1]));
                });
    }

    /** Decides what a payment that succeeded has bought. Asked again, the answer is the same for ever. */
    public CompletionStage<Decision> confirm(PaymentId payment, ReservationId id) {
        return decide(payment, id, Operator.NOBODY);
    }

    /** Decides that a payment has bought nothing, unless it is decided. As {@link #confirm} otherwise. */
    public CompletionStage<Decision> reject(PaymentId payment, ReservationId id, Operator operator) {
        if (operator.isNobody()) {
            throw new IllegalArgumentException("nobody rejects nothing");
        }
        return decide(payment, id, operator);
    }

    private CompletionStage<Decision> decide(PaymentId payment, ReservationId id, Operator rejecting) {
        return act(
                        id.sale(),
                        Script.CONFIRM,
                        keys -> keys.payments,
                        payment.code(),
                        id.code(),
                        id.successor(payment).code(),
                        rejecting.name())
                .thenApply(reply -> {
                    String[] result = reply.text(0).split(":", 3);
                    long epoch = reply.standing().epoch();
                    return result[0].equals("CONFIRMED")
                            ? new Decision(
                                    epoch, Reservation.parse(new ReservationId(id.sale(), result[1]), result[2]), null)
                            : new Decision(epoch, null, result[1]);
                });
    }

    /** Refunds tickets that a payment has bought, or all that are left of them (0). The same refund may be repeated. */
    public CompletionStage<Refunded> refund(
            SaleId sale, RefundId refund, PaymentId payment, int tickets, String reason, Operator operator) {
        return act(
                        sale,
                        Script.REFUND,
                        keys -> keys.payments,
                        refund.code(),
                        payment.code(),
                        tickets == 0 ? "" : tickets,
                        reason,
                        operator.name())
                .thenApply(reply -> {
                    String[] result = reply.text(0).split(":", 3);
                    return new Refunded(
                            Refunded.Result.valueOf(result[0]),
                            result.length == 3 ? Integer.parseInt(result[1]) : 0,
                            result.length == 1 ? 0 : Integer.parseInt(result[result.length - 1]));
                });
    }

    /** Runs a script that may run twice until it is known to have run. */
    private CompletionStage<Reply> act(SaleId sale, Script script, Function<Keys, List<Object>> keys, Object... args) {
        Book book = book(sale);
        return redis.runAgainDurably(reply -> lookedAt(book, reply), script, keys.apply(book.keys), args)
                .thenApply(reply -> {
                    okOrRefused(book, reply);
                    return reply;
                });
    }

    // --- shares and winners -----------------------------------------------------------------------------------------

    /** Grants this node its share; the caller hears of the standing through the grant, not through the listener. */
    public CompletionStage<Grant> share(
            SaleId sale, String node, int weight, Duration lease, int atLeast, int bufferPercent) {
        Book book = book(sale);
        return redis.run(Script.SHARE, book.keys.shares, node, weight, lease.toMillis(), atLeast, bufferPercent)
                .thenApply(reply -> {
                    Heard heard = heardOrRefused(book, reply);
                    return new Grant(heard, reply.result(0));
                });
    }

    /** Forgets that node's share, so that the others' parts grow. */
    public CompletionStage<Void> leave(SaleId sale, String node) {
        Book book = book(sale);
        return redis.run(Script.LEAVE, book.keys.shares, node).thenAccept(reply -> heardOrRefused(book, reply));
    }

    /** Some of the movements after a position, oldest first; none if there are none. */
    public CompletionStage<List<Movement>> movements(SaleId sale, Standing after) {
        return redis.range(book(sale).keys.movements, after.epoch(), after.seq(), mostMovements());
    }

    /** In one page. */
    private int mostMovements() {
        return MOST_READ / Math.max(config.batchSize(), MOST_EXPIRED);
    }

    /**
     * What follows a place in a sale's movements, without a gap; or why nothing does. What it gives is kept by all that could be
     * promoted: one Redis that syncs always has it on disk before it answers, and replicas are waited for.
     */
    public CompletionStage<Page> readOn(SaleId sale, Place place) {
        return movementsAfter(sale, place)
                .thenCompose(found -> found.isEmpty() ? atTheEnd(sale, place) : page(after(place, found)))
                .thenCompose(
                        page -> config.replicas() == 0 || page.movements().isEmpty() ? page(page) : kept(sale, page));
    }

    private CompletionStage<Page> kept(SaleId sale, Page page) {
        Book book = book(sale);
        Place last = page.movements().get(page.movements().size() - 1).place();
        return redis.runDurably(Script.READ, book.keys.stock, last.epoch(), last.seq())
                .thenApply(reply -> {
                    // Of a damaged stock only where it stands is told to anybody.
                    book.keep(readableOrRefused(book, reply));
                    return page;
                });
    }

    private CompletionStage<Page> atTheEnd(SaleId id, Place place) {
        return show(id).thenCompose(shown -> {
            if (shown.isEmpty()) {
                return page(Page.of(End.GONE));
            }
            Sale sale = shown.orElseThrow();
            Place stands = new Place(sale.standing().epoch(), sale.standing().seq());
            boolean archived = sale.state() == SaleState.ARCHIVED;
            if (stands.equals(place)) {
                return page(Page.of(archived ? End.ARCHIVED : End.READ));
            }
            if (stands.isBefore(place)) {
                return page(Page.of(End.BEHIND));
            }
            if (archived) {
                return page(Page.of(End.GONE));
            }
            // It has moved since, or what it says has moved is not there.
            return movementsAfter(id, place)
                    .thenApply(found -> found.isEmpty() ? Page.of(End.GAP) : after(place, found));
        });
    }

    private Page after(Place place, List<Movement> found) {
        return Page.after(place, found, found.size() < mostMovements());
    }

    private CompletionStage<List<Movement>> movementsAfter(SaleId sale, Place place) {
        return movements(sale, new Standing(place.epoch(), place.seq(), 0, 0, 0));
    }

    private static CompletionStage<Page> page(Page page) {
        return CompletableFuture.completedStage(page);
    }

    /** The movement at that place, if it is there. */
    public CompletionStage<Optional<Movement>> movement(SaleId sale, Place place) {
        return redis.at(book(sale).keys.movements, place.epoch(), place.seq())
                .thenApply(found -> found.stream().findFirst());
    }

    /** The furthest place that this node knows a sale to have reached. */
    public Place seen(SaleId sale) {
        Book book = books.get(sale);
        return book == null
                ? Place.BEGIN
                : new Place(book.kept().epoch(), book.kept().seq());
    }

    /**
     * Says that a sale's movements are written elsewhere up to that place: no ledger that has less is adopted, and none in an epoch
     * before that one.
     */
    public void written(SaleId sale, Place place, long fence) {
        book(sale).keepWritten(place, fence);
    }

    /** Everybody who has or had a reservation, each at least once, all in one epoch; else it fails. */
    public CompletionStage<Void> buyers(SaleId sale, long epoch, Consumer<String> consumer) {
        return buyersFrom(book(sale), epoch, 0, consumer);
    }

    private CompletionStage<Void> buyersFrom(Book book, long epoch, long cursor, Consumer<String> consumer) {
        return redis.run(Script.BUYERS, book.keys.buyers, cursor, BUYERS_PAGE).thenCompose(reply -> {
            if (heardOrRefused(book, reply).standing().epoch() != epoch) {
                throw new SaleRefused(Reason.RECOVERING, "");
            }
            for (int i = 1; i < reply.size(); i++) {
                consumer.accept(reply.text(i));
            }
            long next = reply.result(0);
            return next == 0 ? CompletableFuture.completedStage(null) : buyersFrom(book, epoch, next, consumer);
        });
    }

    // --- comparing --------------------------------------------------------------------------------------------------

    /** Some reservations as they stand, by their codes. */
    public CompletionStage<Records> records(SaleId sale, List<String> codes) {
        Book book = book(sale);
        return redis.run(Script.RECORDS, book.keys.reservations, codes.toArray())
                .thenApply(reply -> Records.of(sale, codes, readableOrRefused(book, reply)));
    }

    /**
     * Corrects a stock that was seen so by so many tickets; a second time changes nothing. What is free follows from the rest, and
     * what goes back on sale rests before.
     */
    public CompletionStage<Corrected> correct(Sale seen, long capacity, long reserved, long sold, String reason) {
        Book book = book(seen.id());
        Standing standing = seen.standing();
        return redis.runDurably(
                        Script.CORRECT,
                        book.keys.stock,
                        standing.epoch(),
                        standing.seq(),
                        seen.tooMany(),
                        capacity,
                        reserved,
                        sold,
                        reason)
                .thenApply(reply -> {
                    if (!reply.isOk() && Corrected.NAMES.contains(reply.verdict())) {
                        return Corrected.valueOf(reply.verdict());
                    }
                    okOrRefused(book, reply);
                    return Corrected.CORRECTED;
                });
    }

    /** The sales that this ledger has lost, or the end of which: nobody sells them before they are rebuilt. */
    public Set<SaleId> lost() {
        return books.values().stream()
                .filter(book -> !book.lost.isEmpty())
                .map(book -> book.sale)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether a sale's sums were wrong when it was last heard of. */
    public boolean isDamaged(SaleId sale) {
        Book book = books.get(sale);
        return book != null && book.isCorrupt;
    }

    // --- sales ------------------------------------------------------------------------------------------------------

    /** The ids of all sales there are. */
    public CompletionStage<Set<SaleId>> sales() {
        return redis.members(Keys.SALES).thenApply(names -> {
            Set<SaleId> sales = names.stream().map(SaleId::new).collect(Collectors.toUnmodifiableSet());
            books.values().stream()
                    .filter(book -> book.mustBeThere() && !sales.contains(book.sale))
                    .forEach(this::wantAdoption);
            return sales;
        });
    }

    /** Creates a sale whose given-back tickets rest that long. In doubt, asking for the sale tells whether it was. */
    public CompletionStage<Void> create(SaleDefinition sale, Duration rest, Operator operator) {
        if (!notDurable.isEmpty()) {
            return CompletableFuture.failedStage(new SaleRefused(Reason.NOT_DURABLE, notDurable));
        }
        return redis.members(Keys.SALES)
                .thenCompose(names -> {
                    if (names.size() >= MOST_SALES && !names.contains(sale.id().value())) {
                        throw new SaleRefused(Reason.TOO_MANY_SALES, String.valueOf(MOST_SALES));
                    }
                    if (book(sale.id()).mustBeThere()) {
                        throw new SaleRefused(Reason.SALE_EXISTS, "");
                    }
                    // Listed first: a name in the list without a sale behind it does no harm, the reverse would.
                    return redis.addMember(Keys.SALES, sale.id().value());
                })
                .thenCompose(added -> redis.runDurably(
                        Script.CREATE,
                        book(sale.id()).keys.stock,
                        sale.name(),
                        sale.capacity(),
                        sale.price().amountMinor(),
                        sale.price().currency(),
                        sale.opensAtMs(),
                        sale.closesAtMs(),
                        sale.hold().toMillis(),
                        sale.limitPerBuyer(),
                        rest.toMillis(),
                        operator.name()))
                .thenAccept(reply -> {
                    if (reply.verdict().equals("EXISTS")) {
                        throw new SaleRefused(Reason.SALE_EXISTS, "");
                    }
                });
    }

    /** The same by nobody in particular. */
    public CompletionStage<Void> create(SaleDefinition sale, Duration rest) {
        return create(sale, rest, Operator.NOBODY);
    }

    /** Changes a sale, or archives it if its movements are kept elsewhere up to that place; may be repeated. */
    public CompletionStage<Void> change(SaleId sale, Change change, Operator operator, Optional<Place> kept) {
        Book book = book(sale);
        UnaryOperator<Reply> looked = reply -> lookedAt(book, reply);
        CompletionStage<Reply> changed = change.state() == SaleState.ARCHIVED
                ? redis.runAgainDurably(
                        looked,
                        Script.ARCHIVE,
                        book.keys.archive,
                        kept.<Object>map(Place::epoch).orElse(""),
                        kept.<Object>map(Place::seq).orElse(""))
                : redis.runAgainDurably(
                        looked,
                        Script.CHANGE,
                        book.keys.stock,
                        change.state() == null ? "" : change.state().name(),
                        change.capacity() == null ? "" : change.capacity(),
                        operator.name());
        return changed.thenAccept(reply -> {
            if (reply.verdict().equals("ARCHIVED")) {
                book.isArchived = true;
                return;
            }
            okOrRefused(book, reply);
            String[] result = reply.text(0).split(":", 2);
            if (!result[0].equals("CHANGED")) {
                throw new SaleRefused(Reason.valueOf(result[0]), result.length == 1 ? "" : result[1]);
            }
        });
    }

    /** The same by nobody in particular, of a sale whose movements nobody else has to keep. */
    public CompletionStage<Void> change(SaleId sale, Change change) {
        return change(sale, change, Operator.NOBODY, Optional.empty());
    }

    /** The sale as it stands; empty if there is none. */
    public CompletionStage<Optional<Sale>> show(SaleId id) {
        Book book = book(id);
        return redis.run(Script.SHOW, book.keys.stock).thenApply(reply -> {
            if (isNone(book, reply)) {
                forgetUnlessKept(book);
                return Optional.empty();
            }
            if (reply.verdict().equals("NO_SALE") || ShowScript.isLost(reply)) {
                wantAdoption(book);
                throw new SaleRefused(Reason.RECOVERING, "");
            }
            Sale sale = ShowScript.sale(id, reply);
            book.isArchived = sale.state() == SaleState.ARCHIVED;
            clock.hear(sale.asOfMs(), reply.sentAtNanos());
            if (sale.recovering()) {
                wantAdoption(book);
            } else if (!sale.addsUp()) {
                refuse(book, Reason.CORRUPT);
            } else if (sale.state() != SaleState.ARCHIVED) {
                book.isCorrupt = false;
                standings.accept(ShowScript.heard(sale, reply));
            }
            return Optional.of(sale);
        });
    }

    // --- keeping ----------------------------------------------------------------------------------------------------

    /**
     * Looks after the ledger, from a timer: whether it is back, whether it still keeps what it acknowledges, and adopting the
     * sales that were found on another server than before. May block for a few of the ledger's timeouts.
     */
    public void tend() {
        redis.askAway();
        boolean adoptionWanted = books.values().stream().anyMatch(book -> book.wantsAdoption);
        if (!notDurable.isEmpty() || adoptionWanted || System.nanoTime() - durableAtNanos > DURABLE_FOR_NANOS) {
            askWhetherDurable();
        }
        if (!notDurable.isEmpty()) {
            return;
        }
        for (Book book : books.values()) {
            if (book.wantsAdoption) {
                adopt(book);
            }
        }
    }

    void askWhetherDurable() {
        durableAtNanos = System.nanoTime();
        String problem = redis.notDurable();
        redis.nowMs().ifPresent(ms -> clock.hear(ms, durableAtNanos));
        Set<String> runs = redis.runs();
        if (!runs.equals(knownRuns)) {
            knownRuns = runs;
            books.values().forEach(this::wantAdoption);
        }
        if (problem.equals(notDurable)) {
            return;
        }
        notDurable = problem;
        if (!problem.isEmpty()) {
            LOG.log(Level.SEVERE, "Nothing is sold: {0}", problem);
        } else if (config.durable()) {
            LOG.log(Level.INFO, "The ledger at {0} keeps what it acknowledges.", config);
        } else {
            LOG.log(Level.WARNING, "The ledger at {0} may lose tickets that were acknowledged: durable=false.", config);
        }
    }

    private void adopt(Book book) {
        Place reached = book.reached();
        redis.runDurably(
                        Script.ADOPT,
                        book.keys.stock,
                        reached.epoch(),
                        reached.seq(),
                        book.taken(),
                        ADOPTION_WAIT_MS,
                        book.fence())
                .whenComplete((reply, fault) -> {
                    if (fault != null) {
                        LOG.log(Level.WARNING, "Adopting sale {0} failed, next try soon: {1}", new Object[] {
                            book.sale, fault
                        });
                    } else if (reply.verdict().startsWith("LOST")) {
                        // The list may be lost too; whoever starts now must not take it for a sale that never was.
                        redis.addMember(Keys.SALES, book.sale.value());
                        if (!reply.verdict().equals(book.lost)) {
                            book.lost = reply.verdict();
                            LOG.log(
                                    Level.SEVERE,
                                    "Sale {0} sells nothing: its Redis has lost movements, there were more ({1})."
                                            + " Put back the server or the data that has them, or run scripts/rebuild.",
                                    new Object[] {book.sale, reply.verdict()});
                        }
                    } else if (!reply.verdict().equals("WAITING")) {
                        book.wantsAdoption = false;
                        book.lost = "";
                        book.isArchived = reply.verdict().equals("NO_SALE");
                        LOG.log(Level.INFO, "Sale {0} on its restarted Redis: {1}", new Object[] {
                            book.sale, reply.verdict()
                        });
                    }
                });
    }

    private void wantAdoption(Book book) {
        if (!book.wantsAdoption && !book.isArchived) {
            book.wantsAdoption = true;
            LOG.log(Level.WARNING, "Sale {0} pauses: its Redis has restarted or another took over.", book.sale);
        }
    }

    /** Attempts that wait for a batch. */
    public int waiting() {
        return books.values().stream().mapToInt(book -> book.batcher.waiting()).sum();
    }

    @PreDestroy
    public void close() {
        redis.close();
    }

    private Book book(SaleId sale) {
        Book book = books.get(sale);
        return book != null ? book : books.computeIfAbsent(sale, id -> new Book(id, this::batcher));
    }

    /** What was seen of a sale outlives its Redis, or a copy of that from before would be adopted. */
    private void forgetUnlessKept(Book book) {
        if (book.reached().equals(Place.BEGIN)) {
            books.remove(book.sale, book);
        }
    }

    private DeductionBatcher batcher(Book book) {
        return new DeductionBatcher(attempts -> send(book, attempts), config, clock::nowMs, answering);
    }

    /** Hears a reply of a durable run: what it says of the sale is kept. False if the sale cannot be acted on. */
    private boolean hear(Book book, Reply reply) {
        if (!reply.isOk()) {
            refuse(book, refusal(book, reply));
            return false;
        }
        clock.hear(reply.nowMs(), reply.sentAtNanos());
        book.isCorrupt = false;
        book.keep(reply);
        standings.accept(Heard.of(book.sale, reply));
        return true;
    }

    /** Whether there is no such sale; one that this node has seen, and that was not archived, is lost instead. */
    private boolean isNone(Book book, Reply reply) {
        return reply.verdict().equals("NO_SALE") && !book.mustBeThere();
    }

    private Reason refusal(Book book, Reply reply) {
        return reply.verdict().equals("NO_SALE") && !isNone(book, reply)
                ? Reason.RECOVERING
                : Reason.valueOf(reply.verdict());
    }

    /** A sale that is recovering was not looked at: nothing was done now, but an earlier sending may have. */
    private Reply lookedAt(Book book, Reply reply) {
        if (reply.isRecovering() || (reply.verdict().equals("NO_SALE") && !isNone(book, reply))) {
            wantAdoption(book);
            throw new LedgerAway("The sale is recovering.");
        }
        return reply;
    }

    private void okOrRefused(Book book, Reply reply) {
        if (!hear(book, reply)) {
            throw new SaleRefused(refusal(book, reply), "");
        }
    }

    private Heard heardOrRefused(Book book, Reply reply) {
        return Heard.of(book.sale, readableOrRefused(book, reply));
    }

    private Reply readableOrRefused(Book book, Reply reply) {
        if (!reply.isOk()) {
            refuse(book, refusal(book, reply));
            throw new SaleRefused(refusal(book, reply), "");
        }
        clock.hear(reply.nowMs(), reply.sentAtNanos());
        return reply;
    }

    private void refuse(Book book, Reason reason) {
        if (reason == Reason.RECOVERING) {
            wantAdoption(book);
        } else if (reason == Reason.CORRUPT && !book.isCorrupt) {
            book.isCorrupt = true;
            LOG.log(Level.SEVERE, "Sale {0} sells nothing: its stock is damaged. scripts/audit says where.", book.sale);
        }
    }
}
