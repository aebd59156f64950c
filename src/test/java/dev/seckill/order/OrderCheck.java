package dev.seckill.order;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.PostgresServer;
import dev.seckill.RedisServer;
import dev.seckill.RedisShell;
import dev.seckill.database.Database;
import dev.seckill.trade.SaleId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;

/** Compares the orders in a database with the reservations in a ledger, past the application. */
public final class OrderCheck {
    private final RedisShell shell;
    private final DataSource source;
    private final Database database;

    public OrderCheck(RedisServer redis, PostgresServer postgres) {
        shell = new RedisShell(redis);
        source = OrderBench.source(postgres);
        database = new Database(source);
    }

    /** Every reservation of the ledger has its order, in the same state, and there is no other; nothing is kept aside. */
    public void assertWritten(SaleId sale) {
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
    public Map<String, String> reservations(SaleId sale) {
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
    public Map<String, String> orders(SaleId sale) {
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

    private String ask(String sql, Object... values) {
        return list(sql, values).get(0);
    }

    /** The first column. */
    public List<String> list(String sql, Object... values) {
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

    /** What the database does in no transaction. */
    public void command(String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static PreparedStatement prepare(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }
}
