package dev.seckill.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.LocalNode;
import dev.seckill.PostgresServer;
import dev.seckill.RedisServer;
import dev.seckill.RedisShell;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.PostgresProcess;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What the tests of orders work on: a Redis and a PostgreSQL of their own, a node that sells, and writers. */
final class OrderBench implements AutoCloseable {
    static final Duration DATABASE_TIMEOUT = Duration.ofSeconds(2);
    static final int BATCH_ROWS = 2_000;

    private static final long TURN_S = 20;

    final RedisServer redis;
    final PostgresServer postgres;
    final LocalNode node;
    final RedisShell shell;
    final Database database;

    OrderBench() {
        this(PostgresServer.start());
    }

    OrderBench(PostgresServer postgres) {
        this.postgres = postgres;
        redis = RedisServer.start();
        node = LocalNode.start(redis, "orders");
        shell = new RedisShell(redis);
        DataSource source = source(postgres);
        Migration.run(source);
        database = new Database(source);
    }

    /** As the server's pool makes connections, but a new one each time. */
    static DataSource source(PostgresServer postgres) {
        return source(postgres.url());
    }

    static DataSource source(String url) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        new DatabaseConfig(
                        url, Optional.of(PostgresProcess.USER), Optional.of(PostgresServer.PASSWORD), DATABASE_TIMEOUT)
                .applyTo(source);
        return source;
    }

    OrderWriter writer() {
        return writer(source(postgres), BATCH_ROWS);
    }

    OrderWriter writer(DataSource source, int batchRows) {
        return new OrderWriter(node.ledger, new Database(source), batchRows, steps -> {});
    }

    /** A new sale that the database knows by name. */
    SaleId putOn(long capacity) {
        SaleId sale = node.putOn(capacity);
        meet(sale);
        return sale;
    }

    void meet(SaleId sale) {
        new Roster(database, "bench", Duration.ofSeconds(5)).beat(List.of(sale));
    }

    /** Takes as many turns as it needs to write everything. */
    OrderWriter.Turn write(SaleId sale) {
        return write(writer(), sale);
    }

    static OrderWriter.Turn write(OrderWriter writer, SaleId sale) {
        return writer.turn(sale, System.nanoTime() + TimeUnit.SECONDS.toNanos(TURN_S));
    }

    // --- comparing --------------------------------------------------------------------------------------------------

    /** Every reservation of the ledger has its order, in the same state, and there is no other; nothing is kept aside. */
    void assertWritten(SaleId sale) {
        assertThat(orders(sale)).as("orders of %s", sale).isEqualTo(reservations(sale));
        assertThat(ask("SELECT count(*) FROM kept_aside WHERE sale = ?", sale.value()))
                .isEqualTo("0");
        assertThat(ask("SELECT epoch || '-' || seq FROM progress WHERE sale = ?", sale.value()))
                .as("progress")
                .isEqualTo(shell.ask("HGET seckill:{" + sale + "}:stock epoch") + "-"
                        + shell.ask("HGET seckill:{" + sale + "}:stock seq"));
        assertThat(ask("SELECT count(*) || ' ' || max(seq) FROM movements WHERE sale = ?", sale.value()))
                .as("movements and the last")
                .isEqualTo(shell.ask("XLEN seckill:{" + sale + "}:movements") + " "
                        + shell.ask("HGET seckill:{" + sale + "}:stock seq"));
    }

    /** By reservation, as {@code status|quantity|reserved_at ms|held for ms|buyer}: what the ledger keeps. */
    Map<String, String> reservations(SaleId sale) {
        String[] lines =
                shell.ask("HGETALL seckill:{" + sale + "}:reservations").split("\n", -1);
        Map<String, String> all = new TreeMap<>();
        for (int i = 0; i + 1 < lines.length; i += 2) {
            // a cancellation that came before its reservation has no time of its own
            all.put(lines[i], lines[i + 1].replaceFirst("^C\\|0\\|\\d+\\|", "C|0||"));
        }
        return all;
    }

    /** By reservation, the same of its order. */
    Map<String, String> orders(SaleId sale) {
        Map<String, String> all = new TreeMap<>();
        for (String row : list("""
                SELECT reservation || ' ' || CASE status WHEN 'REFUNDED' THEN 'F' ELSE left(status, 1) END || '|' || quantity
                    || '|' || coalesce(round(extract(epoch FROM reserved_at) * 1000)::text, '')
                    || '|' || coalesce(round(extract(epoch FROM due_at - reserved_at) * 1000), 0) || '|' || buyer
                FROM orders WHERE sale = ?""", sale.value())) {
            all.put(row.substring(0, row.indexOf(' ')), row.substring(row.indexOf(' ') + 1));
        }
        return all;
    }

    List<String> keptAside(SaleId sale) {
        return list(
                "SELECT epoch || '-' || seq || ' ' || reservation || ' ' || reason FROM kept_aside WHERE sale = ?"
                        + " ORDER BY epoch, seq, reservation",
                sale.value());
    }

    String ask(String sql, Object... values) {
        return list(sql, values).get(0);
    }

    List<String> list(String sql, Object... values) {
        return database.transact(connection -> {
            try (PreparedStatement statement = prepare(connection, sql, values);
                    ResultSet row = statement.executeQuery()) {
                List<String> rows = new ArrayList<>();
                while (row.next()) {
                    rows.add(row.getString(1));
                }
                return rows;
            }
        });
    }

    int run(String sql, Object... values) {
        return database.transact(connection -> {
            try (PreparedStatement statement = prepare(connection, sql, values)) {
                return statement.executeUpdate();
            }
        });
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    // --- harm -------------------------------------------------------------------------------------------------------

    /** Appends a movement that no script writes, in its place in the order. */
    void plant(SaleId sale, String fields) {
        String key = "seckill:{" + sale + "}:";
        String epoch = shell.ask("HGET " + key + "stock epoch");
        String seq = shell.ask("HINCRBY " + key + "stock seq 1");
        shell.ask("XADD " + key + "movements " + epoch + "-" + seq + " " + fields);
    }

    @Override
    public void close() {
        node.close();
        redis.close();
        postgres.close();
    }
}
