package dev.seckill.order;

import dev.seckill.database.Database;
import dev.seckill.database.DatabaseConfig;
import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.OpenLedger;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.PostgresProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import javax.sql.PooledConnection;
import org.postgresql.ds.PGConnectionPoolDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Writes all orders of a sale as a node does, again and again, each time into a database that has nothing but its tables; for
 * whoever measures how long that takes.
 */
public final class Drain implements AutoCloseable {
    private static final String NAME = "drain";
    private static final String MIGRATIONS = "WEB-INF/classes/db/migration/";
    private static final Duration TIMEOUT = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Ledger ledger;
    private final String url;
    private final String password;
    private final List<String> migrations;

    private Drain(Ledger ledger, String url, String password, List<String> migrations) {
        this.ledger = ledger;
        this.url = url;
        this.password = password;
        this.migrations = migrations;
    }

    /** Of a ledger, on that PostgreSQL, with the tables that the application in the WAR makes. */
    public static Drain open(String ledgerAddress, PostgresProcess postgres, String password, Path war) {
        try (JarFile application = new JarFile(war.toFile())) {
            List<String> migrations = application.stream()
                    .filter(each -> each.getName().startsWith(MIGRATIONS)
                            && each.getName().endsWith(".sql"))
                    .sorted((a, b) -> a.getName().compareTo(b.getName()))
                    .map(each -> text(application, each))
                    .toList();
            return new Drain(OpenLedger.at(ledgerAddress), postgres.url(), password, migrations);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(JarFile file, JarEntry entry) {
        try (InputStream content = file.getInputStream(entry)) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Hears of each transaction: the steps of orders in it, and how long it took since the last. */
    @FunctionalInterface
    public interface Listener {
        void committed(int steps, long nanos);
    }

    /** Writes them in transactions of about so many rows; gives the nanoseconds that took. */
    public long run(SaleId sale, int rows, Listener listener) {
        try {
            execute("DROP DATABASE IF EXISTS " + NAME, "CREATE DATABASE " + NAME);
            PooledConnection kept = source().getPooledConnection();
            try {
                Database database = new Database(new OneConnection(kept));
                database.transact(connection -> {
                    for (String each : migrations) {
                        execute(connection, each);
                    }
                    return null;
                });
                new Roster(database, NAME, TIMEOUT).beat(List.of(sale));
                long from = System.nanoTime();
                long[] last = {from};
                OrderWriter writer = new OrderWriter(ledger, database, rows, steps -> {
                    long now = System.nanoTime();
                    listener.committed(steps, now - last[0]);
                    last[0] = now;
                });
                if (writer.turn(sale, from + PATIENCE.toNanos()) != OrderWriter.Turn.WRITTEN) {
                    throw new NoOrders(
                            "The orders of " + sale + " take more than " + PATIENCE.toMinutes() + " minutes.", null);
                }
                return System.nanoTime() - from;
            } finally {
                kept.close();
            }
        } catch (SQLException e) {
            throw new NoOrders("The database at " + url + " did not do what it was asked (" + e.getMessage() + ").", e);
        }
    }

    private PGConnectionPoolDataSource source() {
        PGConnectionPoolDataSource source = new PGConnectionPoolDataSource();
        new DatabaseConfig(
                        url.substring(0, url.lastIndexOf('/') + 1) + NAME,
                        Optional.of(PostgresProcess.USER),
                        Optional.of(password),
                        TIMEOUT)
                .applyTo(source);
        return source;
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, PostgresProcess.USER, password)) {
            execute(connection, statements);
        }
    }

    private static void execute(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    /** A pool of one. */
    private static final class OneConnection extends PGSimpleDataSource {
        private static final long serialVersionUID = 1;

        private final transient PooledConnection kept;

        OneConnection(PooledConnection kept) {
            this.kept = kept;
        }

        @Override
        public Connection getConnection() throws SQLException {
            return kept.getConnection();
        }
    }

    @Override
    public void close() {
        ledger.close();
    }
}
