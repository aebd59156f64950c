package dev.seckill.order;

import dev.seckill.database.DatabaseAway;
import dev.seckill.ledger.Movement;
import dev.seckill.trade.Place;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/** Reads one sale's rows as they are at one moment, some at a time, and changes nothing. */
final class SaleTables {
    /** A movement may have two thousand reservations. */
    private static final int MOVEMENTS_AT_ONCE = 100;

    private static final int ROWS_AT_ONCE = 2_000;

    private final Connection connection;
    private final SaleId sale;

    private SaleTables(Connection connection, SaleId sale) {
        this.connection = connection;
        this.sale = sale;
    }

    /** The moment is when the first of them is read. */
    static SaleTables open(Connection connection, SaleId sale) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        }
        return new SaleTables(connection, sale);
    }

    record ProgressRow(Place place, long aside, boolean isFinished) {}

    Optional<ProgressRow> progress() throws SQLException {
        try (PreparedStatement statement =
                        prepare("SELECT epoch, seq, aside, finished_at IS NOT NULL FROM progress WHERE sale = ?", 1);
                ResultSet row = statement.executeQuery()) {
            return row.next()
                    ? Optional.of(new ProgressRow(
                            new Place(row.getLong(1), row.getLong(2)), row.getLong(3), row.getBoolean(4)))
                    : Optional.empty();
        }
    }

    /** Of the last movement; the beginning if there is none. */
    Place last() throws SQLException {
        try (PreparedStatement statement = prepare(
                        "SELECT epoch, seq FROM movements WHERE sale = ? ORDER BY epoch DESC, seq DESC LIMIT 1", 1);
                ResultSet row = statement.executeQuery()) {
            return row.next() ? new Place(row.getLong(1), row.getLong(2)) : Place.BEGIN;
        }
    }

    /** By column, times in ms with 0 for none; nothing if there is no row. */
    Map<String, String> sale() throws SQLException {
        Map<String, String> columns = new LinkedHashMap<>();
        try (PreparedStatement statement = prepare("""
                        SELECT name, capacity, amount_minor, currency, (extract(epoch FROM opens_at) * 1000)::bigint AS opens_at,
                            coalesce((extract(epoch FROM closes_at) * 1000)::bigint, 0) AS closes_at, hold_ms, limit_per_buyer,
                            state, (extract(epoch FROM created_at) * 1000)::bigint AS created_at
                        FROM sales WHERE sale = ?""", 1);
                ResultSet row = statement.executeQuery()) {
            if (row.next()) {
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    columns.put(row.getMetaData().getColumnName(i), row.getString(i));
                }
            }
        }
        return columns;
    }

    interface AsideConsumer {
        void accept(Place place, String subject, String kind, String reason);
    }

    /** All of them in their order; gives their subjects by place. */
    Map<Place, Set<String>> keptAside(AsideConsumer consumer) throws SQLException {
        Map<Place, Set<String>> subjects = new HashMap<>();
        try (PreparedStatement statement = prepare("""
                        SELECT k.epoch, k.seq, k.reservation, m.kind, k.reason
                        FROM kept_aside k LEFT JOIN movements m USING (sale, epoch, seq)
                        WHERE k.sale = ? ORDER BY k.epoch, k.seq, k.reservation""", ROWS_AT_ONCE);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                Place place = new Place(row.getLong(1), row.getLong(2));
                subjects.computeIfAbsent(place, at -> new HashSet<>()).add(row.getString(3));
                consumer.accept(place, row.getString(3), row.getString(4), row.getString(5));
            }
        }
        return subjects;
    }

    void orders(BiConsumer<String, OrderRow> consumer) throws SQLException {
        try (PreparedStatement statement = prepare("""
                        SELECT reservation, buyer, quantity, amount_minor, currency,
                            (extract(epoch FROM reserved_at) * 1000)::bigint, (extract(epoch FROM due_at) * 1000)::bigint,
                            status, (extract(epoch FROM ended_at) * 1000)::bigint, coalesce(payment, ''),
                            coalesce(succeeds, ''), refunded, epoch, seq
                        FROM orders WHERE sale = ?""", ROWS_AT_ONCE);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                OrderRow order = new OrderRow(
                        row.getString(2),
                        row.getInt(3),
                        row.getLong(4),
                        row.getString(5),
                        row.getLong(6),
                        row.getLong(7),
                        ReservationStatus.valueOf(row.getString(8)),
                        row.getLong(9),
                        row.getString(10),
                        row.getString(11),
                        row.getLong(12),
                        new Place(row.getLong(13), row.getLong(14)));
                consumer.accept(row.getString(1), order);
            }
        }
    }

    /** The movements in their order. */
    WrittenMovements movements() throws SQLException {
        return new WrittenMovements(prepare(
                "SELECT epoch, seq, kind, body FROM movements WHERE sale = ? ORDER BY epoch, seq", MOVEMENTS_AT_ONCE));
    }

    private PreparedStatement prepare(String sql, int rowsAtOnce) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setString(1, sale.value());
        statement.setFetchSize(rowsAtOnce);
        return statement;
    }

    /** The movements of a sale as the database has them, one after the other. */
    static final class WrittenMovements implements AutoCloseable {
        private final PreparedStatement statement;
        private final ResultSet row;
        private Place place;
        private String kind;
        private String body;

        private WrittenMovements(PreparedStatement statement) throws SQLException {
            this.statement = statement;
            row = statement.executeQuery();
            next();
        }

        /** Of the present one; null after the last. */
        Place place() {
            return place;
        }

        /** Whether the present one stands before that place. */
        boolean isBefore(Place other) {
            return place != null && place.isBefore(other);
        }

        void next() {
            try {
                place = row.next() ? new Place(row.getLong(1), row.getLong(2)) : null;
                kind = place == null ? "" : row.getString(3);
                body = place == null ? "" : row.getString(4);
            } catch (SQLException e) {
                throw new DatabaseAway(e.getMessage(), e);
            }
        }

        String kind() {
            return kind;
        }

        String body() {
            return body;
        }

        /** The present one; nothing if it can't be read. */
        Optional<Movement> movement() {
            try {
                Movement movement = MovementJson.movement(place, body);
                return movement.kind().replace('\0', '?').equals(kind) ? Optional.of(movement) : Optional.empty();
            } catch (RuntimeException e) {
                // whatever a JSON reader throws at what is not of the form
                return Optional.empty();
            }
        }

        @Override
        public void close() throws SQLException {
            row.close();
            statement.close();
        }
    }
}
