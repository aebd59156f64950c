package dev.seckill.order;

import dev.seckill.database.Columns;
import dev.seckill.database.Database;
import dev.seckill.database.DatabaseAway;
import dev.seckill.database.DatabaseConfig;
import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.Movement;
import dev.seckill.trade.Place;
import dev.seckill.trade.SaleId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postgresql.ds.PGSimpleDataSource;

/** What is written of sales in a database, for whoever rebuilds them. */
public final class Written {
    /** In one transaction, about. */
    private static final int BATCH_ROWS = 2_000;

    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    private final Database database;

    private Written(Database database) {
        this.database = database;
    }

    /** At jdbc:postgresql://host:port/name. */
    public static Written at(String url, Optional<String> user, Optional<String> password) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        new DatabaseConfig(url, user, password, TIMEOUT).applyTo(source);
        return new Written(new Database(source));
    }

    /** The sales that are not archived. */
    public Set<SaleId> sales() {
        return database.transact(connection -> {
            Set<SaleId> sales = new LinkedHashSet<>();
            try (PreparedStatement statement = connection.prepareStatement(
                            "SELECT sale FROM progress WHERE finished_at IS NULL ORDER BY sale");
                    ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    sales.add(new SaleId(row.getString(1)));
                }
            }
            return sales;
        });
    }

    /** Up to where a sale is written. */
    public Place place(SaleId sale) {
        return database.transact(connection -> new WrittenSale(database, sale).progress(connection, ""));
    }

    /** Whether it was archived when all of it was written: then it is over, whatever a ledger has of it. */
    public boolean isFinished(SaleId sale) {
        return database.transact(connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT 1 FROM progress WHERE sale = ? AND finished_at IS NOT NULL")) {
                statement.setString(1, sale.value());
                try (ResultSet row = statement.executeQuery()) {
                    return row.next();
                }
            }
        });
    }

    /** The movement at that place, if it is there. */
    public Optional<Movement> at(SaleId sale, Place place) {
        return after(sale, new Place(place.epoch(), place.seq() - 1), 1).stream()
                .filter(movement -> movement.place().equals(place))
                .findFirst();
    }

    /** Some of the movements after that place, in their order. */
    public List<Movement> after(SaleId sale, Place place, int most) {
        return database.transact(connection -> new WrittenSale(database, sale).movementsAfter(connection, place, most));
    }

    /**
     * Refuses from now on whatever was read of a sale's movements before, and gives the epoch that begins: later than any there
     * was.
     */
    public long fence(SaleId sale, long atLeast) {
        return database.transact(connection -> {
            try (PreparedStatement meet = connection.prepareStatement(
                    "INSERT INTO progress (sale, epoch, seq) VALUES (?, 0, 0) ON CONFLICT DO NOTHING")) {
                meet.setString(1, sale.value());
                meet.executeUpdate();
            }
            try (PreparedStatement statement = connection.prepareStatement(
                    "UPDATE progress SET fence = greatest(fence + 1, epoch + 1, ?) WHERE sale = ? RETURNING fence")) {
                new Columns<>(connection, statement, List.of()).value(atLeast).value(sale.value());
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    long fence = row.getLong(1);
                    // What a node has decided before, and keeps at this moment, is there when this has passed.
                    try (Statement lock = connection.createStatement()) {
                        lock.execute("LOCK TABLE payments IN SHARE MODE");
                    }
                    return fence;
                }
            }
        });
    }

    /**
     * A payment, which is written before its provider hears of it: what it says was so.
     *
     * @param decision CONFIRMED, REFUND_DUE, or null as long as the ledger has not decided
     * @param isHeld whether its reservation must still be there: it was bought, or is being paid
     */
    public record Paid(
            long number,
            String payment,
            String reservation,
            String buyer,
            int quantity,
            String decision,
            String refundReason,
            boolean isHeld) {}

    /** Some of a sale's payments after that number, in their order. */
    public List<Paid> payments(SaleId sale, long after, int most) {
        return database.transact(connection -> {
            List<Paid> payments = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement("""
                    SELECT number, payment, reservation, buyer, quantity, decision, refund_reason,
                        coalesce(decision = 'CONFIRMED', status = 'SUCCEEDED' OR pay_until > clock_timestamp())
                    FROM payments WHERE sale = ? AND number > ? ORDER BY number LIMIT ?""")) {
                new Columns<>(connection, statement, List.of())
                        .value(sale.value())
                        .value(after)
                        .value(most);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        payments.add(new Paid(
                                row.getLong(1),
                                row.getString(2),
                                row.getString(3),
                                row.getString(4),
                                row.getInt(5),
                                row.getString(6),
                                row.getString(7),
                                row.getBoolean(8)));
                    }
                }
            }
            return payments;
        });
    }

    /** Writes what a ledger has of a sale up to that place and the database does not have yet, as a node does, and closes it. */
    public void write(SaleId sale, Place last, Ledger ledger) {
        try {
            OrderWriter writer = new OrderWriter(ledger, database, BATCH_ROWS, steps -> {});
            for (Place before = place(sale); before.isBefore(last); before = place(sale)) {
                turn(writer, sale, before);
            }
        } finally {
            ledger.close();
        }
    }

    private void turn(OrderWriter writer, SaleId sale, Place before) {
        try {
            writer.turn(sale, System.nanoTime() + TIMEOUT.toNanos());
        } catch (SaleStopped e) {
            throw new NoOrders("The database does not go on with sale " + sale + " (" + e.getMessage() + ").", e);
        } catch (DatabaseAway e) {
            // A node that was faster is as good.
            if (!before.isBefore(place(sale))) {
                throw e;
            }
        }
    }

    /** Notes what is wrong with a payment, for operators to see. */
    public void trouble(String payment, String trouble) {
        database.transact(connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement("UPDATE payments SET trouble = ? WHERE payment = ?")) {
                return new Columns<>(connection, statement, List.of())
                        .value(trouble)
                        .value(payment)
                        .update();
            }
        });
    }
}
