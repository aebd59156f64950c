package dev.seckill.payment;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import dev.seckill.database.Database;
import dev.seckill.database.DatabaseAway;
import dev.seckill.database.DatabasePool;
import dev.seckill.database.Migration;
import dev.seckill.database.RowRefused;
import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.LedgerAway;
import dev.seckill.ledger.LedgerInDoubt;
import dev.seckill.ledger.SaleRefused;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.Sale;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;

/**
 * The payments of reservations. Whatever is asked for is done on the room's own threads, so many at a time, and fails with
 * {@link PaymentsAway} if it cannot be done now.
 *
 * <p>A timer calls {@link #tend}, which waits for nothing: this brings the tables up to date and goes on with what nobody finished.
 */
@ApplicationScoped
public class Payments {
    private static final Logger LOG = Logger.getLogger(Payments.class.getName());

    /** A round's length, after which another node's or the next one takes what is left. */
    private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long COUNTED_EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long FIRST_BACK_OFF_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_BACK_OFF_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** What it does at the moment. */
    public enum State {
        /** No provider is configured. */
        OFF,
        /** The database was not reached yet. */
        STARTING,
        AWAY,
        TAKING
    }

    /** What becomes of a payment: one that was declined may still succeed. */
    public enum Outcome {
        DECLINED,
        CONFIRMED,
        REFUND_DUE
    }

    private final PaymentConfig config;
    private final Ledger ledger;
    private final Supplier<DataSource> source;
    private final Function<Database, PaymentProvider> providers;
    private final Executor threads;
    private final Map<Outcome, LongAdder> outcomes =
            Stream.of(Outcome.values()).collect(Collectors.toMap(outcome -> outcome, outcome -> new LongAdder()));
    private final AtomicBoolean inRound = new AtomicBoolean();
    private long backOffNanos = FIRST_BACK_OFF_NANOS;
    private volatile long nextRoundNanos = System.nanoTime();
    private long nextCountNanos = System.nanoTime();
    private volatile PaymentCounts counts = PaymentCounts.NONE;
    private volatile State state;
    private volatile Staff staff;

    /** What there is once the database was reached. */
    private record Staff(
            Database database,
            Till till,
            Settlement settlement,
            Cashier cashier,
            PaymentOffice office,
            PaymentProvider provider) {}

    @Inject
    public Payments(PaymentConfig config, Ledger ledger, DatabasePool database, PaymentThreads threads) {
        this(config, ledger, database, reached -> new SandboxProvider(reached, config), threads);
    }

    Payments(
            PaymentConfig config,
            Ledger ledger,
            Supplier<DataSource> source,
            Function<Database, PaymentProvider> providers,
            Executor threads) {
        this.config = config;
        this.ledger = ledger;
        this.source = source;
        this.providers = providers;
        this.threads = threads;
        this.state = config == null || config.provider().isEmpty() ? State.OFF : State.STARTING;
    }

    /** For the container's proxy. */
    Payments() {
        this(null, null, null, null, (Executor) null);
    }

    void begin(@Observes Startup start) {
        if (isSandbox()) {
            LOG.warning(
                    "Nobody pays with real money here: seckill.payment.provider=sandbox takes cards that are on its page.");
        }
    }

    // --- the timer --------------------------------------------------------------------------------------------------

    /** Goes on with what nobody finished. */
    public void tend() {
        if (state == State.OFF || System.nanoTime() - nextRoundNanos < 0 || !inRound.compareAndSet(false, true)) {
            return;
        }
        try {
            threads.execute(this::round);
        } catch (RejectedExecutionException e) {
            // so many pay: the next tick tries again
            inRound.set(false);
        }
    }

    private void round() {
        try {
            if (staff == null) {
                open();
            }
            staff.cashier.work(System.nanoTime() + ROUND_NANOS);
            if (System.nanoTime() - nextCountNanos >= 0) {
                counts = staff.database.transact(PaymentCounts::read);
                nextCountNanos = System.nanoTime() + COUNTED_EVERY_NANOS;
            }
            reached();
        } catch (DatabaseAway | RowRefused e) {
            away(e);
        } catch (RuntimeException e) {
            LOG.log(Level.SEVERE, "A round of the payments failed; the next one tries again.", e);
        } finally {
            inRound.set(false);
        }
    }

    private void open() {
        DataSource pool = source.get();
        Migration.run(pool);
        Database database = new Database(pool);
        PaymentProvider provider = providers.apply(database);
        Settlement settlement = new Settlement(
                database, ledger, outcome -> outcomes.get(outcome).increment());
        staff = new Staff(
                database,
                new Till(database, ledger, provider, settlement, config.returnTo()),
                settlement,
                new Cashier(database, provider, settlement),
                new PaymentOffice(database, ledger, settlement),
                provider);
    }

    private void reached() {
        backOffNanos = FIRST_BACK_OFF_NANOS;
        if (state != State.TAKING) {
            state = State.TAKING;
            LOG.log(Level.INFO, "Payments are taken.");
        }
    }

    private void away(RuntimeException fault) {
        nextRoundNanos = System.nanoTime() + backOffNanos;
        backOffNanos = Math.min(LONGEST_BACK_OFF_NANOS, backOffNanos * 2);
        if (state == State.TAKING) {
            state = State.AWAY;
            LOG.log(Level.WARNING, "No payments are taken until the database is back: {0}", fault.getMessage());
        }
        LOG.log(Level.FINE, "a round of the payments", fault);
    }

    // --- whoever asks -----------------------------------------------------------------------------------------------

    /** Begins to pay a buyer's reservation; the same key again is the same payment. */
    CompletionStage<Till.Begun> start(ReservationId id, BuyerId buyer, IdempotencyKey key, Sale sale) {
        return ask(staff -> staff.till.start(id, buyer, PaymentId.derive(id, key), sale));
    }

    /** A buyer's payments of its reservation, newest first. */
    CompletionStage<List<Payment>> of(ReservationId id, BuyerId buyer) {
        return ask(staff -> staff.till.payments(id, buyer));
    }

    /** All that follows from an event is done when it completes; false if there is no such payment. */
    CompletionStage<Boolean> hear(PaymentEvent event) {
        return ask(staff -> staff.settlement.hear(event));
    }

    /** What operators do and look at. */
    public <T> CompletionStage<T> office(Function<PaymentOffice, T> work) {
        return ask(staff -> work.apply(staff.office));
    }

    /** For its page, on whose thread this waits. Elsewhere there is none. */
    <T> T sandbox(Function<SandboxProvider, T> work) {
        if (!isSandbox()) {
            throw new PaymentsAway(PaymentsAway.Reason.OFF, "");
        }
        return Settlement.await(ask(staff -> work.apply((SandboxProvider) staff.provider)));
    }

    /** Fails where nobody can pay now. */
    void needed() {
        if (state != State.TAKING) {
            throw new PaymentsAway(state == State.OFF ? PaymentsAway.Reason.OFF : PaymentsAway.Reason.AWAY, "");
        }
    }

    /** Whether this body comes from the provider, a few minutes ago at most. */
    boolean isSigned(String body, Map<String, List<String>> headers) {
        return config.secrets().stream().anyMatch(secret -> isSigned(secret, body, headers));
    }

    private static boolean isSigned(Webhook secret, String body, Map<String, List<String>> headers) {
        try {
            secret.verify(body, headers);
            return true;
        } catch (WebhookVerificationException e) {
            return false;
        }
    }

    private <T> CompletionStage<T> ask(Function<Staff, T> work) {
        needed();
        try {
            return CompletableFuture.supplyAsync(() -> done(work), threads);
        } catch (RejectedExecutionException e) {
            throw new PaymentsAway(PaymentsAway.Reason.BUSY, "so many pay");
        }
    }

    private <T> T done(Function<Staff, T> work) {
        try {
            return work.apply(staff);
        } catch (PaymentRefused | SaleRefused | BadInput | LedgerAway | LedgerInDoubt e) {
            // its own mapper knows what to say
            throw e;
        } catch (DatabaseAway e) {
            LOG.log(Level.FINE, "somebody asked", e);
            throw new PaymentsAway(PaymentsAway.Reason.AWAY, e.getMessage());
        }
    }

    // --- how it goes ------------------------------------------------------------------------------------------------

    public State state() {
        return state;
    }

    /** Whether the money is pretended. */
    public boolean isSandbox() {
        return config.provider().equals(Optional.of(PaymentConfig.Provider.SANDBOX));
    }

    /** Payments that this node has seen end so. */
    public long ended(Outcome outcome) {
        return outcomes.get(outcome).sum();
    }

    /** As last counted. */
    public PaymentCounts counts() {
        return counts;
    }
}
