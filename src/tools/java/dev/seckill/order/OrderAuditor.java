package dev.seckill.order;

import dev.seckill.database.Database;
import dev.seckill.database.DatabaseAway;
import dev.seckill.database.DatabaseConfig;
import dev.seckill.ledger.Auditor;
import dev.seckill.ledger.Check;
import dev.seckill.ledger.Findings;
import dev.seckill.ledger.LedgerAway;
import dev.seckill.ledger.LedgerSale;
import dev.seckill.ledger.LedgerSale.Look;
import dev.seckill.ledger.Progress;
import dev.seckill.order.SaleTables.ProgressRow;
import dev.seckill.order.SaleTables.WrittenMovements;
import dev.seckill.trade.Place;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.Pause;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Audits the orders of sales, while they are written or while they stand still.
 *
 * <p>All is read in one transaction that only reads, so it is of one moment. The movements of the database are compared with those
 * of the ledger up to the last that the database has, and replayed; the rows must be what that makes of them. That every
 * reservation of the ledger has its order follows: the ledger's own audit compares the reservations with the same movements. Of an
 * archived sale the ledger has only its sums, and the database must be right in itself.
 */
public final class OrderAuditor {
    /** Of one statement, and half of it between two: meanwhile the ledger is read, by a process that may be short of memory. */
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    /** A sale that is archived or adopted elsewhere meanwhile is audited again, so often. */
    private static final int TRIES = 3;

    private static final Duration TRY_DELAY = Duration.ofSeconds(1);

    private final String url;
    private final Database database;
    private final Progress progress;

    private OrderAuditor(String url, Database database, Progress progress) {
        this.url = url;
        this.database = database;
        this.progress = progress;
    }

    /** Thrown when the ledger moved to another server or archived the sale while it was read. */
    private static final class Moved extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /**
     * The auditor of a database.
     *
     * @param url jdbc:postgresql://host:port/name
     * @param progress hears every few seconds how far it is
     */
    public static OrderAuditor of(
            String url, Optional<String> user, Optional<String> password, Consumer<String> progress) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        new DatabaseConfig(url, user, password, TIMEOUT).applyTo(source);
        return new OrderAuditor(url, new Database(source), new Progress(progress));
    }

    /** All sales that the database knows. */
    public Set<SaleId> sales() {
        return transact(connection -> {
            Set<SaleId> sales = new LinkedHashSet<>();
            try (PreparedStatement statement = connection.prepareStatement("SELECT sale FROM progress ORDER BY sale");
                    ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    sales.add(new SaleId(row.getString(1)));
                }
            }
            return sales;
        });
    }

    /** How the orders of a sale stand and what is wrong with them. */
    public OrderAudit audit(SaleId sale, Auditor ledger) {
        for (int tries = 1; ; tries++) {
            try {
                return once(sale, ledger.sale(sale));
            } catch (Moved | LedgerAway e) {
                if (tries == TRIES) {
                    throw e instanceof LedgerAway away
                            ? away
                            : new NoOrders("Sale " + sale + " moves from server to server; audit it when it stays.", e);
                }
                Pause.of(TRY_DELAY);
            }
        }
    }

    private OrderAudit once(SaleId sale, LedgerSale ledger) {
        // What is archived now was finished in the database before; what is in the database now was in the ledger
        // before.
        Look before = ledger.look();
        return transact(connection -> {
            SaleTables tables = SaleTables.open(connection, sale);
            Optional<ProgressRow> row = tables.progress();
            Look after = ledger.look();
            OrderAudit audit = audit(sale, tables, row.orElse(new ProgressRow(Place.BEGIN, 0, false)), ledger, after);
            if (!after.continues(before) || !ledger.look().continues(before)) {
                throw new Moved();
            }
            return audit;
        });
    }

    private OrderAudit audit(SaleId sale, SaleTables tables, ProgressRow row, LedgerSale ledger, Look look)
            throws SQLException {
        Findings findings = new Findings();
        Place last = tables.last();
        checkProgress(findings, row, last, look);
        Count aside = new Count();
        Map<Place, Set<String>> keptAside = tables.keptAside((place, subject, kind, reason) -> {
            aside.count++;
            findings.add(Check.KEPT_ASIDE, place + " " + kind + " " + subject, reason, "written");
        });
        if (aside.count != row.aside()) {
            findings.add(Check.PROGRESS, "aside", row.aside(), aside.count);
        }
        OrderReplay replay = new OrderReplay(keptAside, findings);
        boolean isWhole = replay(sale, tables, replay, findings, ledger, look, last);
        Count read = new Count();
        tables.orders((reservation, order) -> {
            replay.saw(reservation, order, isWhole);
            read.count++;
            progress.tell(() -> sale + ": " + read.count + " orders");
        });
        if (isWhole) {
            replay.sawAll();
            replay.sawSale(tables.sale(), row.isFinished());
        }
        if (look.isThere() && look.isArchived()) {
            checkSums(findings, look, replay, tables.sale());
        }
        return new OrderAudit(
                last,
                look.isThere() ? Math.max(0, look.place().seq() - last.seq()) : 0,
                aside.count,
                row.isFinished(),
                isWhole,
                replay.counts(),
                findings.shown(),
                findings.more());
    }

    private static final class Count {
        long count;
    }

    private static void checkProgress(Findings findings, ProgressRow row, Place last, Look look) {
        if (!row.place().equals(last)) {
            findings.add(Check.PROGRESS, "place", row.place(), last + ", the last movement there");
        }
        if (look.isThere() && look.isArchived() && !look.place().equals(last)) {
            findings.add(Check.PROGRESS, "the last movement", last, look.place() + ", as the archived sale says");
        }
        if (row.isFinished() && look.hasMovements()) {
            findings.add(Check.PROGRESS, "finished", "yes", "no: the sale is in the ledger");
        }
    }

    /** Replays the history up to the last movement of the database; false if it has a gap. */
    private boolean replay(
            SaleId sale,
            SaleTables tables,
            OrderReplay replay,
            Findings findings,
            LedgerSale ledger,
            Look look,
            Place last)
            throws SQLException {
        try (WrittenMovements written = tables.movements()) {
            MovementCheck check = new MovementCheck(written, findings, movement -> {
                replay.apply(movement);
                progress.tell(() -> sale + ": written movement " + movement.seq() + " of " + last.seq());
            });
            if (look.hasMovements()) {
                ledger.movements(last, movement -> {
                    check.ofLedger(movement);
                    return true;
                });
                check.endOfLedger();
            } else {
                check.alone();
            }
            return check.isWhole();
        }
    }

    private static void checkSums(Findings findings, Look look, OrderReplay replay, Map<String, String> sale) {
        Map<String, Long> sums = Map.of(
                "reserved", replay.tickets(ReservationStatus.RESERVED), "sold", replay.tickets(ReservationStatus.PAID));
        sums.forEach((sum, tickets) -> {
            if (look.sum(sum) != tickets) {
                findings.add(
                        Check.SUMS, sum + ", of the orders", tickets, look.sum(sum) + ", as the archived sale says");
            }
        });
        String capacity = sale.get("capacity");
        if (capacity != null && !capacity.equals(Long.toString(look.sum("capacity")))) {
            findings.add(
                    Check.SUMS,
                    "capacity, of the orders",
                    capacity,
                    look.sum("capacity") + ", as the archived sale says");
        }
    }

    private <T> T transact(Database.Work<T> work) {
        try {
            return database.transact(work);
        } catch (DatabaseAway e) {
            throw new NoOrders("The database at " + url + " can't be audited (" + e.getMessage() + ").", e);
        }
    }
}
