package dev.seckill.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.PostgresServer;
import dev.seckill.database.Database;
import dev.seckill.database.Migration;
import dev.seckill.database.RowRefused;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A wrong state cannot be stored, whoever tries. Touches a PostgreSQL of its own. */
class TablesTest {
    private static final String ORDER = """
            INSERT INTO orders (sale, reservation, buyer, quantity, amount_minor, currency, status, reserved_at, due_at,
                ended_at, epoch, seq)
            VALUES ('concert', 'AAAAAAAAAAAAAAAAAAAAAA', 'ann', 1, 100, 'EUR', 'RESERVED', now(), now() + interval '1 min',
                NULL, 1, 5)""";

    private static final String PAY = "UPDATE orders SET status = 'PAID', payment = 'a-payment-------------', seq = 6";

    private static PostgresServer postgres;
    private static Database database;

    @BeforeAll
    static void start() {
        postgres = PostgresServer.start();
        Migration.run(OrderBench.source(postgres));
        database = new Database(OrderBench.source(postgres));
    }

    @AfterAll
    static void end() {
        postgres.close();
    }

    @BeforeEach
    void oneOrder() {
        run("TRUNCATE sales, orders, movements, kept_aside, progress CASCADE");
        run("INSERT INTO sales VALUES ('concert', 'A concert', 10, 100, 'EUR', now(), NULL, 60000, 2, 'OPEN', now())");
        run(ORDER);
    }

    private static int run(String sql) {
        return database.transact(connection -> {
            try (var statement = connection.prepareStatement(sql)) {
                return statement.executeUpdate();
            }
        });
    }

    private static void assertRefused(String sql) {
        assertThatThrownBy(() -> run(sql)).as(sql).isInstanceOf(RowRefused.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'EUR', 'RESERVED'|'EUR', 'SOLD'",
                "'EUR', 'RESERVED'|'eur', 'RESERVED'",
                "'concert'|'unknown'",
                "'AAAAAAAAAAAAAAAAAAAAAA'|'A'",
                "'ann', 1, 100|'ann', -1, 100",
                "'ann', 1, 100|'ann', 0, 100",
                "'ann', 1, 100|'ann', 1, -100",
                "'RESERVED', now()|'CANCELLED', now()",
                "'RESERVED', now()|'RESERVED', NULL",
                "interval '1 min'|interval '-1 min'",
                "NULL, 1, 5|now(), 1, 5",
                "NULL, 1, 5|NULL, 0, 0",
            })
    void refusesAnOrderThatCannotBe(String change) {
        run("DELETE FROM orders");
        String[] fromTo = change.split("\\|", 2);

        assertRefused(ORDER.replace(fromTo[0], fromTo[1]));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status = 'EXPIRED', ended_at = now()",
                "status = 'EXPIRED', ended_at = now(), seq = 4",
                "status = 'EXPIRED', ended_at = now(), seq = 6, quantity = 2",
                "status = 'EXPIRED', ended_at = now(), seq = 6, amount_minor = 1",
                "status = 'EXPIRED', ended_at = now(), seq = 6, buyer = 'bob'",
                "status = 'REFUNDED', refunded = 1, ended_at = now(), seq = 6",
                "status = 'PAID', seq = 6",
                "status = 'PAID', payment = 'P', seq = 6",
                "payment = 'PPPPPPPPPPPPPPPPPPPPPP', seq = 6",
                "status = 'EXPIRED', payment = 'PPPPPPPPPPPPPPPPPPPPPP', ended_at = now(), seq = 6",
                "refunded = 1, seq = 6",
                "status = 'EXPIRED', seq = 6",
                "quantity = 2",
            })
    void refusesAChangeThatCannotBe(String change) {
        assertRefused("UPDATE orders SET " + change);
    }

    @Test
    void endsAnOrderOnce() {
        assertThat(run("UPDATE orders SET status = 'EXPIRED', ended_at = now(), seq = 6"))
                .isEqualTo(1);

        assertRefused("UPDATE orders SET status = 'CANCELLED', seq = 7");
        assertRefused("UPDATE orders SET status = 'RESERVED', ended_at = NULL, seq = 7");
        assertRefused(PAY.replace("seq = 6", "ended_at = NULL, seq = 7"));
        assertRefused(ORDER);
    }

    @Test
    void refundsOnlyWhatIsPaid() {
        assertRefused("UPDATE orders SET status = 'PAID', seq = 6");
        assertThat(run(PAY)).isEqualTo(1);

        assertRefused("UPDATE orders SET status = 'EXPIRED', ended_at = now(), seq = 7");
        assertRefused("UPDATE orders SET payment = 'another-payment-------', seq = 7");
        assertRefused("UPDATE orders SET status = 'REFUNDED', ended_at = now(), seq = 7");
        assertThat(run("UPDATE orders SET status = 'REFUNDED', refunded = quantity, ended_at = now(), seq = 7"))
                .isEqualTo(1);
        assertRefused("UPDATE orders SET status = 'PAID', refunded = 0, ended_at = NULL, seq = 8");
    }

    @Test
    void keepsASaleWhatItIs() {
        assertRefused("UPDATE sales SET capacity = 9");
        assertRefused("UPDATE sales SET amount_minor = 1");
        assertRefused("UPDATE sales SET currency = 'USD'");
        assertThat(run("UPDATE sales SET capacity = 11, state = 'CLOSED'")).isEqualTo(1);
        assertRefused("UPDATE sales SET state = 'OPEN'");
        assertRefused("DELETE FROM sales");
    }

    @Test
    void keepsHistoryAndGoesForward() {
        run("INSERT INTO movements VALUES ('concert', 1, 1, 'CREATED', '{}')");
        run("INSERT INTO progress (sale, epoch, seq) VALUES ('concert', 1, 5)");
        run("INSERT INTO operator_actions (operator, action) VALUES ('olga', 'retry')");

        assertRefused("UPDATE movements SET kind = 'OTHER'");
        assertRefused("UPDATE progress SET seq = 4");
        assertRefused("UPDATE operator_actions SET operator = 'otto'");
        assertRefused("DELETE FROM operator_actions");
        assertThat(run("UPDATE progress SET epoch = 2, seq = 6")).isEqualTo(1);
    }

    @Test
    void isMadeOnceHoweverOftenANodeStarts() {
        Migration.run(OrderBench.source(postgres));

        assertThat(run(PAY)).isEqualTo(1);
    }
}
