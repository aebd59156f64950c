package dev.seckill.order;

import dev.seckill.LocalNode;
import dev.seckill.PostgresServer;
import dev.seckill.RedisServer;
import dev.seckill.RedisShell;
import dev.seckill.database.Database;
import dev.seckill.database.DatabaseConfig;
import dev.seckill.database.Migration;
import dev.seckill.ledger.Ledger;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.PostgresProcess;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private final OrderCheck check;

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
        check = new OrderCheck(redis, postgres);
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

    Reconciler reconciler() {
        return reconciler(source(postgres), node.ledger);
    }

    Reconciler reconciler(DataSource source, Ledger ledger) {
        Database through = new Database(source);
        return new Reconciler(ledger, through, new OrderWriter(ledger, through, BATCH_ROWS, steps -> {}), more -> {});
    }

    /** A new sale that the database knows by name. */
    SaleId putOn(long capacity) {
        SaleId sale = node.putOn(capacity);
        meet(sale);
        return sale;
    }

    void meet(SaleId sale) {
        roster().beat(List.of(sale));
    }

    /** Other nodes may have its sales at once. */
    void leave() {
        roster().leave();
    }

    private Roster roster() {
        return new Roster(database, "bench", Duration.ofSeconds(5));
    }

    /** Takes as many turns as it needs to write everything. */
    OrderWriter.Turn write(SaleId sale) {
        return write(writer(), sale);
    }

    static OrderWriter.Turn write(OrderWriter writer, SaleId sale) {
        return writer.turn(sale, System.nanoTime() + TimeUnit.SECONDS.toNanos(TURN_S));
    }

    // --- looking ----------------------------------------------------------------------------------------------------

    void assertWritten(SaleId sale) {
        check.assertWritten(sale);
    }

    Map<String, String> reservations(SaleId sale) {
        return check.reservations(sale);
    }

    Map<String, String> orders(SaleId sale) {
        return check.orders(sale);
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
        return check.list(sql, values);
    }

    int run(String sql, Object... values) {
        return database.transact(connection -> {
            try (PreparedStatement statement = OrderCheck.prepare(connection, sql, values)) {
                return statement.executeUpdate();
            }
        });
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
