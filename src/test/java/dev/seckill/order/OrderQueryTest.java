package dev.seckill.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.PostgresServer;
import dev.seckill.database.Database;
import dev.seckill.database.Migration;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Orders are found newest first, part by part, and no search looks at more than so many of them, however many there are. Touches a
 * PostgreSQL of its own.
 */
class OrderQueryTest {
    /** In two sales; each buyer has 5 in each. */
    private static final int ORDERS = 40_000;

    private static final SaleId CONCERT = new SaleId("concert");
    private static final BuyerId ANN = new BuyerId("buyer-7");
    private static final BuyerId BOB = new BuyerId("buyer-8");

    private static PostgresServer postgres;
    private static Database database;

    /** 100 are reserved in the same millisecond, as a batch is; the first 10 of each sale have ended. */
    @BeforeAll
    static void fill() {
        postgres = PostgresServer.start();
        Migration.run(OrderBench.source(postgres));
        database = new Database(OrderBench.source(postgres));
        run("ALTER TABLE orders SET (autovacuum_enabled = off)");
        for (String sale : List.of("concert", "opera")) {
            run("INSERT INTO sales VALUES ('" + sale + "', 'A', 10, 100, 'EUR', now(), NULL, 60000, 2, 'OPEN', now())");
            run("""
                    INSERT INTO orders (sale, reservation, buyer, quantity, amount_minor, currency, status,
                        reserved_at, due_at, ended_at, epoch, seq)
                    SELECT '%s', lpad(md5(n::text), 22), 'buyer-' || n %% 4000, 1, 100, 'EUR',
                        CASE WHEN n < 10 THEN 'EXPIRED' ELSE 'RESERVED' END,
                        at, at + interval '5 min', CASE WHEN n < 10 THEN at + interval '5 min' END, 1, n + 2
                    FROM (SELECT n, timestamptz '2026-01-31 10:00:00Z' + n / 100 * interval '1 ms' AS at
                        FROM generate_series(0, %d) AS n) AS each""".formatted(sale, ORDERS / 2 - 1));
        }
    }

    @AfterAll
    static void end() {
        postgres.close();
    }

    private static void run(String sql) {
        database.transact(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                return statement.execute();
            }
        });
    }

    private static List<String> ids(String where) {
        return database.transact(connection -> {
            try (PreparedStatement statement =
                            connection.prepareStatement("SELECT sale || '.' || reservation FROM orders" + " WHERE "
                                    + where + " ORDER BY reserved_at DESC, sale DESC, reservation DESC");
                    ResultSet row = statement.executeQuery()) {
                List<String> ids = new ArrayList<>();
                while (row.next()) {
                    ids.add(row.getString(1));
                }
                return ids;
            }
        });
    }

    private static OrderQuery query(SaleId sale, BuyerId buyer, ReservationStatus status, ReservationId id) {
        return new OrderQuery(
                Optional.ofNullable(sale),
                Optional.ofNullable(buyer),
                Optional.ofNullable(status),
                Optional.ofNullable(id));
    }

    private static Listing<Order> list(OrderQuery query, int limit, Optional<String> after) {
        return database.transact(connection -> query.list(connection, limit, after));
    }

    /** All of it, part by part. */
    private static List<String> all(OrderQuery query, int limit) {
        List<String> ids = new ArrayList<>();
        Optional<String> after = Optional.empty();
        do {
            Listing<Order> part = list(query, limit, after);
            assertThat(part.items()).hasSizeLessThanOrEqualTo(limit);
            part.items().forEach(order -> ids.add(order.id().toString()));
            after = part.after();
        } while (after.isPresent());
        return ids;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5, 10, 11, 100})
    void showsABuyersOrdersOfAllSalesPartByPartNewestFirst(int limit) {
        assertThat(all(query(null, ANN, null, null), limit)).hasSize(10).isEqualTo(ids("buyer = 'buyer-7'"));
    }

    @Test
    void showsWhatHoldsForAllThatIsAskedFor() {
        assertThat(all(query(CONCERT, ANN, null, null), 2))
                .hasSize(5)
                .isEqualTo(ids("buyer = 'buyer-7' AND sale = 'concert'"));
        assertThat(all(query(null, ANN, ReservationStatus.EXPIRED, null), 2))
                .hasSize(2)
                .isEqualTo(ids("buyer = 'buyer-7' AND status = 'EXPIRED'"));
        assertThat(all(query(CONCERT, ANN, ReservationStatus.CANCELLED, null), 2))
                .isEmpty();
    }

    @Test
    void showsAllOrdersOfASaleEachOnce() {
        assertThat(all(query(CONCERT, null, null, null), 997)).isEqualTo(ids("sale = 'concert'"));
    }

    @Test
    void findsTheFewAmongTheManyBySteps() {
        OrderQuery expired = query(CONCERT, null, ReservationStatus.EXPIRED, null);

        Listing<Order> first = list(expired, 20, Optional.empty());
        assertThat(first.items()).as("the newest thousand have not ended").isEmpty();
        assertThat(first.after()).isPresent();

        assertThat(all(expired, 4)).isEqualTo(ids("sale = 'concert' AND status = 'EXPIRED'"));
    }

    @Test
    void findsAnOrderByItsId() {
        ReservationId id = ReservationId.parse(ids("buyer = 'buyer-7'").get(0));

        assertThat(list(query(null, null, null, id), 1, Optional.empty()).items())
                .singleElement()
                .satisfies(order -> {
                    assertThat(order.id()).isEqualTo(id);
                    assertThat(order.buyer()).isEqualTo(ANN.value());
                    assertThat(order.reservedAt()).isPresent();
                    assertThat(order.endedAt()).isEmpty();
                });
        assertThat(list(query(null, BOB, null, id), 1, Optional.empty()).items())
                .isEmpty();
        assertThat(list(query(CONCERT, null, ReservationStatus.PAID, id), 1, Optional.empty())
                        .items())
                .isEmpty();
    }

    @Test
    void showsABuyerItsOwnWhateverCursorItMakesUp() {
        String othersCursor =
                list(query(null, BOB, null, null), 1, Optional.empty()).after().orElseThrow();

        assertThat(list(query(null, ANN, null, null), 100, Optional.of(othersCursor))
                        .items())
                .isNotEmpty()
                .allMatch(order -> order.buyer().equals(ANN.value()));
    }

    @Test
    void showsEachOrderOnceThoughTheyEndAndOthersComeMeanwhile() {
        BuyerId cid = new BuyerId("buyer-9");
        List<String> before = ids("buyer = 'buyer-9'");
        Listing<Order> first = list(query(null, cid, null, null), 4, Optional.empty());

        run("UPDATE orders SET status = 'CANCELLED', ended_at = now(), seq = seq + 100000 WHERE buyer = 'buyer-9'"
                + " AND status = 'RESERVED'");
        run("""
                INSERT INTO orders (sale, reservation, buyer, quantity, amount_minor, currency, status, ended_at, epoch, seq)
                VALUES ('opera', 'AAAAAAAAAAAAAAAAAAAAAA', 'buyer-9', 0, 100, 'EUR', 'CANCELLED', now(), 1, 200000)""");
        Listing<Order> second = list(query(null, cid, null, null), 100, first.after());

        assertThat(second.items())
                .extracting(order -> order.id().toString())
                .isEqualTo(before.subList(4, before.size()));
        assertThat(list(query(null, cid, null, null), 1, Optional.empty()).items())
                .singleElement()
                .satisfies(order -> assertThat(order.quantity()).isZero());
    }

    @Test
    void looksAtFewOrdersHoweverManyThereAreAndWhateverTheDatabaseKnowsOfThem() {
        assertLooksAtFew();
        run("ANALYZE orders");
        assertLooksAtFew();
    }

    private static void assertLooksAtFew() {
        ReservationId id = ReservationId.parse(ids("buyer = 'buyer-7'").get(0));
        Optional<String> deep =
                list(query(CONCERT, null, null, null), 100, Optional.empty()).after();

        assertLooksAtMost(10, query(null, ANN, null, null), Optional.empty());
        assertLooksAtMost(10, query(CONCERT, ANN, ReservationStatus.PAID, null), Optional.empty());
        assertLooksAtMost(1, query(null, null, null, id), Optional.empty());
        assertLooksAtMost(21 + 100, query(CONCERT, null, null, null), Optional.empty());
        assertLooksAtMost(21 + 200, query(CONCERT, null, null, null), deep);
        assertLooksAtMost(1_000 + 100, query(CONCERT, null, ReservationStatus.PAID, null), Optional.empty());
        assertLooksAtMost(1_000 + 200, query(CONCERT, null, ReservationStatus.PAID, null), deep);
    }

    /** By the database's own count of what this transaction has read. */
    private static void assertLooksAtMost(int most, OrderQuery query, Optional<String> after) {
        database.transact(connection -> {
            query.list(connection, 20, after);
            try (PreparedStatement statement = connection.prepareStatement(
                            "SELECT seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'orders'");
                    ResultSet row = statement.executeQuery()) {
                row.next();
                assertThat(row.getLong(1)).as("%s %s scans", query, after).isZero();
                assertThat(row.getLong(2)).as("%s %s", query, after).isBetween(1L, (long) most);
            }
            return null;
        });
    }

    @Test
    void refusesToSearchAllOrders() {
        assertThatThrownBy(() -> query(null, null, ReservationStatus.PAID, null))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("sale, buyer or id");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " ",
                "!",
                "AAAA",
                // 1\n2
                "MQoy",
                // x\na\nb
                "eAphCmI",
                // -1\na\nb
                "LTEKYQpi",
                // 9223372036854775807\na\nb
                "OTIyMzM3MjAzNjg1NDc3NTgwNwphCmI",
                // 1\na\nNUL
                "MQphCgA",
            })
    void refusesACursorThatNobodyGaveOut(String cursor) {
        assertThatThrownBy(() -> list(query(null, ANN, null, null), 1, Optional.of(cursor)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("after");
        assertThatThrownBy(
                        () -> list(query(null, ANN, null, null), 1, Optional.of(Cursor.of("1", "a", "b".repeat(400)))))
                .isInstanceOf(BadInput.class);
    }
}
