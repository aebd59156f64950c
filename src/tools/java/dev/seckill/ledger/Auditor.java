package dev.seckill.ledger;

import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisException;
import org.redisson.client.codec.StringCodec;

/**
 * Audits the sales of one ledger from what is in Redis alone, while they sell or while they stand still.
 *
 * <p>The movements are replayed to a position at which the stock was read. Then reservations and buyers are read page
 * by page, and the movements of that time decide what each of them may have been. Nothing here writes; each call is
 * bounded, and so is the number of tries.
 */
public final class Auditor implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** A sale audited meanwhile by a promotion or a restart is audited again, so often. */
    private static final int TRIES = 3;

    private static final Duration TRY_DELAY = Duration.ofSeconds(1);

    /**
     * So few movements behind is close enough to begin: a sale makes some hundred at most while a page is read, because
     * each holds a whole batch of reservations.
     */
    private static final int CLOSE = 300;

    private static final int MOST_ROUNDS = 10;

    private final RedissonClient redisson;
    private final String address;
    private final Progress progress;

    private Auditor(RedissonClient redisson, String address, Progress progress) {
        this.redisson = redisson;
        this.address = address;
        this.progress = progress;
    }

    /** Thrown when the sale moved to another server or was archived while it was read. */
    private static final class Moved extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /**
     * Opens the ledger, or throws {@link LedgerAway}.
     *
     * @param address redis://host:port or rediss://host:port
     * @param progress hears every few seconds how far it is
     */
    public static Auditor open(
            String address, Optional<String> username, Optional<String> password, Consumer<String> progress) {
        LedgerConfig config = OpenLedger.config(address, username, password, TIMEOUT);
        try {
            return new Auditor(Redisson.create(RedissonConfig.of(config)), address, new Progress(progress));
        } catch (RedisException e) {
            throw away(address, e);
        }
    }

    private static LedgerAway away(String address, RuntimeException fault) {
        Throwable root = fault;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return new LedgerAway("The ledger at " + address + " does not answer (" + root.getMessage() + ").");
    }

    /** Names of all sales there are. */
    public List<SaleId> sales() {
        try {
            return new TreeSet<>(redisson.<String>getSet(Keys.SALES, StringCodec.INSTANCE)
                            .readAll())
                    .stream().map(SaleId::new).toList();
        } catch (RedisException e) {
            throw away(address, e);
        }
    }

    /** The reservations of a sale that stands still, in no order. */
    public List<Reservation> reservations(SaleId sale) {
        Map<String, Reservation> all = new HashMap<>();
        try {
            new SaleReader(redisson, sale)
                    .reservations(
                            (code, record) -> all.put(code, Reservation.parse(new ReservationId(sale, code), record)));
            return List.copyOf(all.values());
        } catch (RedisException e) {
            throw away(address, e);
        }
    }

    /** One of its sales, to compare it with something else. */
    public LedgerSale sale(SaleId sale) {
        return new LedgerSale(new SaleReader(redisson, sale), fault -> away(address, fault));
    }

    /** How the sale stands and what is wrong with it; nothing if there is no such sale. */
    public Optional<SaleAudit> audit(SaleId sale) {
        for (int tries = 1; ; tries++) {
            try {
                return once(sale);
            } catch (Moved | RedisException e) {
                if (tries == TRIES) {
                    throw e instanceof Moved
                            ? new LedgerAway("Sale " + sale + " moves from server to server; audit it when it stays.")
                            : away(address, e);
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(TRY_DELAY.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LedgerAway("Interrupted.");
        }
    }

    private Optional<SaleAudit> once(SaleId sale) {
        SaleReader reader = new SaleReader(redisson, sale);
        SaleCheck check = new SaleCheck();
        Glance glance = reader.glance();
        if (!glance.wrongKeys().isEmpty()) {
            return Optional.of(check.unreadable(sale, glance));
        }
        if (glance.stock().isEmpty()) {
            return glance.others().isEmpty() ? Optional.empty() : Optional.of(check.lost(sale, glance));
        }
        if (glance.isArchived()) {
            return Optional.of(check.archived(sale, glance));
        }
        Glance begin = catchUp(sale, reader, check.history(), glance);
        check.begin(begin);
        Count read = new Count();
        reader.tables((table, key, value) -> {
            check.saw(table, key, value);
            read.entries++;
            progress.tell(() -> sale + ": " + read.entries + " reservations and buyers");
        });
        Glance end = reader.glance();
        replay(sale, reader, check.history(), end);
        if (!reader.glance().continues(glance)) {
            throw new Moved();
        }
        return Optional.of(check.end(sale, begin, end));
    }

    private static final class Count {
        long entries;
    }

    /** Replays what there is, and what has come meanwhile, until that is little; tells where it stopped. */
    private Glance catchUp(SaleId sale, SaleReader reader, History history, Glance first) {
        Glance glance = first;
        for (int round = 1; ; round++) {
            long before = history.last().seq();
            replay(sale, reader, history, glance);
            if (history.last().seq() - before <= CLOSE || round == MOST_ROUNDS) {
                return glance;
            }
            glance = reader.glance();
        }
    }

    private void replay(SaleId sale, SaleReader reader, History history, Glance upTo) {
        if (history.isWhole()) {
            reader.movements(history.last(), upTo.last(), movement -> {
                history.apply(movement);
                progress.tell(() -> sale + ": movement " + movement.seq() + " of "
                        + upTo.last().seq());
                return history.isWhole();
            });
        }
    }

    @Override
    public void close() {
        redisson.shutdown();
    }
}
