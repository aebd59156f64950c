package dev.seckill.payment;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.standardwebhooks.Webhook;
import dev.seckill.LocalNode;
import dev.seckill.PostgresServer;
import dev.seckill.RedisServer;
import dev.seckill.RedisShell;
import dev.seckill.database.Database;
import dev.seckill.database.DatabaseConfig;
import dev.seckill.database.Migration;
import dev.seckill.order.OrderClerk;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.Price;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.PostgresProcess;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import javax.sql.PooledConnection;
import org.postgresql.ds.PGConnectionPoolDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What the tests of payments work on: a Redis and a PostgreSQL of their own, a node that sells, and the sandbox. */
final class PaymentBench implements AutoCloseable {
    static final String SECRET = "whsec_c2VjcmV0cyBvZiB0ZXN0cywgdGhpcnR5LXR3byE=";
    static final Price PRICE = new Price(4_900, "EUR");

    private static final Duration HOLD = Duration.ofHours(1);
    private static final AtomicInteger SALES = new AtomicInteger();

    final RedisServer redis = RedisServer.start();
    final PostgresServer postgres = PostgresServer.start();
    final LocalNode node = LocalNode.start(redis, "payments");
    final RedisShell shell = new RedisShell(redis);
    final PaymentConfig config = new PaymentConfig(
            Optional.of(PaymentConfig.Provider.SANDBOX), List.of(new Webhook(SECRET)), "/?paid=", Optional.empty());
    final DataSource kept;
    final Database database;
    final SandboxProvider sandbox;
    private final OrderClerk clerk;

    PaymentBench() {
        Migration.run(source());
        kept = new Kept(connection());
        database = new Database(kept);
        sandbox = new SandboxProvider(database, config);
        clerk = new OrderClerk(node.ledger, database);
    }

    /** A new connection each time. */
    DataSource source() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        connection().applyTo(source);
        return source;
    }

    private DatabaseConfig connection() {
        return new DatabaseConfig(
                postgres.url(),
                Optional.of(PostgresProcess.USER),
                Optional.of(PostgresServer.PASSWORD),
                Duration.ofSeconds(2));
    }

    /** As the server's pool does, one for each thread: the same again, because to connect takes longer than what is done. */
    private static final class Kept extends PGSimpleDataSource {
        private static final long serialVersionUID = 1;

        private final transient ThreadLocal<PooledConnection> connections;

        Kept(DatabaseConfig config) {
            PGConnectionPoolDataSource pool = new PGConnectionPoolDataSource();
            config.applyTo(pool);
            connections = ThreadLocal.withInitial(() -> {
                try {
                    return pool.getPooledConnection();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
        }

        @Override
        public Connection getConnection() throws SQLException {
            return connections.get().getConnection();
        }
    }

    /** A node's part in payments: whatever it does may be the last it does. */
    Hands hands(Database through, PaymentProvider provider) {
        Settlement settlement = new Settlement(through, node.ledger, outcome -> {});
        return new Hands(
                new Till(through, node.ledger, provider, settlement, "/?paid="),
                settlement,
                new Cashier(through, provider, settlement));
    }

    Hands hands() {
        return hands(database, sandbox);
    }

    PaymentOffice office(Database through) {
        return new PaymentOffice(through, node.ledger, hands(through, sandbox).settlement());
    }

    /** See {@link #hands}. */
    record Hands(Till till, Settlement settlement, Cashier cashier) {
        void work() {
            cashier.work(System.nanoTime() + TimeUnit.SECONDS.toNanos(10));
        }
    }

    // --- selling and paying -----------------------------------------------------------------------------------------

    /** A new sale. */
    SaleId putOn(long capacity, int limit) {
        return node.putOn(new SaleDefinition(
                new SaleId("paid-" + SALES.incrementAndGet()), "A concert", capacity, PRICE, 0, 0, HOLD, limit));
    }

    /** Asks again when it hears that what the node knew was old. */
    Answer buy(SaleId sale, String buyer, int quantity) {
        Answer answer = node.buy(sale, buyer, "key", quantity);
        return answer.outcome() == Outcome.BUSY ? node.buy(sale, buyer, "key", quantity) : answer;
    }

    ReservationId reserve(SaleId sale, String buyer, int quantity) {
        // what came back a moment ago is still sold out where that was heard before
        return await().pollDelay(Duration.ZERO)
                .until(() -> buy(sale, buyer, quantity), answer -> answer.reservation() != null)
                .reservation()
                .id();
    }

    Sale sale(SaleId sale) {
        return now(node.ledger.show(sale)).orElseThrow();
    }

    static PaymentId name(ReservationId reservation, String key) {
        return PaymentId.derive(reservation, new IdempotencyKey(key));
    }

    Payment start(Hands hands, ReservationId reservation, String buyer, String key) {
        return hands.till
                .start(reservation, new BuyerId(buyer), name(reservation, key), sale(reservation.sale()))
                .payment();
    }

    Payment start(ReservationId reservation, String buyer, String key) {
        return start(hands(), reservation, buyer, key);
    }

    /** On the sandbox's page. */
    boolean pay(Payment payment, SandboxCard card) {
        return sandbox.pay(payment.payAt().orElseThrow().substring(SandboxProvider.PATH.length()), card);
    }

    /** Time passes for this sale alone, and with it the hold of all that is not paid; then what came back is on sale again. */
    void expire(SaleId sale) {
        timePasses(sale);
        now(node.ledger.expire(sale));
        timePasses(sale);
        node.meet(sale);
    }

    private void timePasses(SaleId sale) {
        String key = "seckill:{" + sale + "}:stock";
        long nowMs = Math.max(Long.parseLong(shell.ask("HGET " + key + " now_ms")), System.currentTimeMillis());
        shell.ask("HSET " + key + " now_ms " + (nowMs + HOLD.multipliedBy(2).toMillis()));
    }

    ReservationStatus status(ReservationId reservation) {
        return now(node.ledger.find(reservation, 0)).reservation().status();
    }

    PaymentEvent success(Payment payment, String event) {
        return event(payment, event, Said.succeeded(payment.amount()));
    }

    PaymentEvent event(Payment payment, String event, Said said) {
        return new PaymentEvent(event + "-" + payment.id(), "{}", payment.id(), said);
    }

    Payment find(PaymentId id) {
        return database.transact(connection -> PaymentRows.find(connection, id)).orElseThrow();
    }

    // --- time and money ---------------------------------------------------------------------------------------------

    /** All that the timer would come back to later it comes back to now. */
    void laterIsNow() {
        run("UPDATE payments SET next_try_at = clock_timestamp() WHERE next_try_at IS NOT NULL");
        run("UPDATE refunds SET next_try_at = clock_timestamp() WHERE state = 'DUE'");
    }

    /** What the room of the orders does meanwhile: money that is due back becomes a row. */
    void writeOrders(SaleId... sales) {
        clerk.write(List.of(sales));
    }

    /** In minor units, that the sandbox has taken for this sale and not given back. */
    long money(SaleId sale) {
        return Long.parseLong(ask("""
                SELECT coalesce(sum(CASE WHEN s.succeeds AND s.settles_at <= clock_timestamp()
                        THEN coalesce(p.taken_minor, s.amount_minor) ELSE 0 END
                    - coalesce((SELECT sum(amount_minor) FROM sandbox_refunds r WHERE r.payment = s.payment), 0)), 0)
                FROM sandbox_payments s JOIN payments p USING (payment) WHERE p.sale = ?""", sale.value()));
    }

    /** Does all that the timer does later. */
    void workOff(List<SaleId> sales) {
        for (int round = 0; round < 3; round++) {
            laterIsNow();
            hands().work();
            clerk.write(sales);
        }
    }

    /** The same, and then all is settled. */
    void assertSettled(SaleId sale) {
        workOff(List.of(sale));
        assertIsSettled(sale);
    }

    /** The money that is kept is exactly that of the tickets that are paid, by the ledger and by the orders; nothing is left to do. */
    void assertIsSettled(SaleId sale) {
        writeOrders(sale);
        assertThat(money(sale))
                .as(
                        "money kept for %s",
                        ask("SELECT string_agg(p::text, ';') FROM payments p WHERE sale = ?", sale.value()))
                .isEqualTo(sale(sale).sold() * PRICE.amountMinor());
        assertThat(ask(
                        "SELECT count(*) FROM payments WHERE sale = ? AND (stuck OR status = 'SUCCEEDED' AND decision IS NULL)",
                        sale.value()))
                .as("undecided")
                .isEqualTo("0");
        assertThat(ask("SELECT count(*) FROM refunds WHERE sale = ? AND state <> 'DONE'", sale.value()))
                .as("not given back")
                .isEqualTo("0");
        assertThat(ask("""
                        SELECT concat_ws(' ', (SELECT count(*) FROM kept_aside WHERE sale = ?), coalesce(sum(quantity - refunded), 0))
                        FROM orders WHERE sale = ? AND status = 'PAID'""", sale.value(), sale.value()))
                .as("steps kept aside, and paid orders")
                .isEqualTo("0 " + sale(sale).sold());
    }

    String ask(String sql, Object... values) {
        return database.transact(connection -> {
            try (PreparedStatement statement = PaymentRows.prepare(connection, sql, values);
                    ResultSet row = statement.executeQuery()) {
                List<String> rows = new ArrayList<>();
                while (row.next()) {
                    rows.add(row.getString(1));
                }
                return rows.get(0);
            }
        });
    }

    int run(String sql, Object... values) {
        return database.transact(connection -> PaymentRows.update(connection, sql, values));
    }

    @Override
    public void close() {
        node.close();
        postgres.close();
        redis.close();
    }
}
