package dev.seckill.order;

import dev.seckill.database.Columns;
import dev.seckill.database.Database;
import dev.seckill.trade.Place;
import dev.seckill.trade.SaleId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Who writes which sale: each living node about as many as the others.
 *
 * <p>A node's heart beats in the database, by the database's clock, and while it does the sales that it has taken are its own;
 * when it stops they are free for whoever beats next. It is a lease for the sake of order only: that nothing is written twice
 * is not decided here but by {@link OrderWriter}'s progress.
 */
final class Roster {
    /** A dead node's row says nothing after its lease; kept a little for whoever looks for the reason. */
    private static final String FORGET =
            "DELETE FROM writers WHERE alive_until < clock_timestamp() - interval '1 hour'";

    /** Free is what nobody living has. Rows that somebody else holds at this moment are not waited for. */
    private static final String TAKE = """
            UPDATE progress SET writer = ? WHERE sale IN (
                SELECT p.sale FROM progress p
                WHERE p.finished_at IS NULL AND NOT EXISTS (
                    SELECT FROM writers w WHERE w.writer = p.writer AND w.alive_until > clock_timestamp())
                ORDER BY p.sale LIMIT ? FOR UPDATE SKIP LOCKED)""";

    private static final String GIVE_BACK = """
            UPDATE progress SET writer = NULL WHERE sale IN (
                SELECT p.sale FROM progress p WHERE p.writer = ? ORDER BY p.sale DESC LIMIT ? FOR UPDATE SKIP LOCKED)""";

    private final Database database;
    private final String writer;
    private final Duration lease;

    Roster(Database database, String writer, Duration lease) {
        this.database = database;
        this.writer = writer;
        this.lease = lease;
    }

    /**
     * How far a sale is written.
     *
     * @param atMs when its last written movement was, by the sale's clock; 0 before the first
     * @param fence what a rebuild has raised: no earlier epoch may begin any more
     * @param isFinished whether it has left the ledger, all written
     * @param aside steps that are kept aside
     * @param isMine whether this node writes it
     */
    record Line(SaleId sale, Place place, long fence, boolean isFinished, long atMs, long aside, boolean isMine) {}

    /**
     * Beats once, takes or gives back what is this node's part of the sales, and tells how all of them stand: of those that are
     * finished only the ones of which something is kept aside, which are nobody's.
     */
    List<Line> beat(Collection<SaleId> known) {
        // First and alone: whoever sees what this node has taken must see it alive.
        database.transact(this::live);
        return database.transact(connection -> {
            meet(connection, known);
            share(connection);
            return lines(connection);
        });
    }

    private Void live(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                INSERT INTO writers (writer, alive_until) VALUES (?, clock_timestamp() + ? * interval '1 ms')
                ON CONFLICT (writer) DO UPDATE SET alive_until = excluded.alive_until""")) {
            new Columns<>(connection, statement, List.of())
                    .value(writer)
                    .value(lease.toMillis())
                    .update();
        }
        return null;
    }

    private static void meet(Connection connection, Collection<SaleId> known) throws SQLException {
        List<SaleId> sales = new ArrayList<>(known);
        try (PreparedStatement statement = connection.prepareStatement("""
                INSERT INTO progress (sale, epoch, seq)
                SELECT n.sale, 0, 0 FROM unnest(?) AS n (sale) LEFT JOIN progress p ON p.sale = n.sale WHERE p.sale IS NULL
                ORDER BY n.sale ON CONFLICT DO NOTHING""")) {
            new Columns<>(connection, statement, sales).texts(SaleId::value).update();
        }
        try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
            statement.executeUpdate();
        }
    }

    private void share(Connection connection) throws SQLException {
        long all;
        long mine;
        long nodes;
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT count(*), count(*) FILTER (WHERE writer = ?),
                    (SELECT count(*) FROM writers WHERE alive_until > clock_timestamp())
                FROM progress WHERE finished_at IS NULL""")) {
            statement.setString(1, writer);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                all = row.getLong(1);
                mine = row.getLong(2);
                nodes = Math.max(1, row.getLong(3));
            }
        }
        long part = (all + nodes - 1) / nodes;
        if (mine != part) {
            try (PreparedStatement statement = connection.prepareStatement(mine < part ? TAKE : GIVE_BACK)) {
                new Columns<>(connection, statement, List.of())
                        .value(writer)
                        .value(Math.abs(part - mine))
                        .update();
            }
        }
    }

    private List<Line> lines(Connection connection) throws SQLException {
        List<Line> lines = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT sale, epoch, seq, coalesce(floor(extract(epoch FROM at) * 1000), 0)::bigint, aside,
                    writer IS NOT DISTINCT FROM ?, fence, finished_at IS NOT NULL
                FROM progress WHERE finished_at IS NULL OR aside > 0 ORDER BY sale""")) {
            statement.setString(1, writer);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    lines.add(new Line(
                            new SaleId(row.getString(1)),
                            new Place(row.getLong(2), row.getLong(3)),
                            row.getLong(7),
                            row.getBoolean(8),
                            row.getLong(4),
                            row.getLong(5),
                            row.getBoolean(6)));
                }
            }
        }
        return lines;
    }

    /** Leaves all to the others at once. */
    void leave() {
        database.transact(connection -> {
            for (String farewell : List.of(
                    "UPDATE progress SET writer = NULL WHERE writer = ?", "DELETE FROM writers WHERE writer = ?")) {
                try (PreparedStatement statement = connection.prepareStatement(farewell)) {
                    statement.setString(1, writer);
                    statement.executeUpdate();
                }
            }
            return null;
        });
    }
}
