package dev.seckill.order;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.LocalNode;
import dev.seckill.ledger.Change;
import dev.seckill.trade.Operator;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.SaleState;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who put a sale on and changed it is in the database, once and in order. Touches a Redis and a PostgreSQL of its own. */
class OperatorLogTest {
    private static final Operator OLGA = new Operator("olga");
    private static final Operator OTTO = new Operator("otto");

    private static OrderBench bench;

    @BeforeAll
    static void start() {
        bench = new OrderBench();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    private static SaleId putOn(Operator operator) {
        SaleDefinition sale = LocalNode.sale(10);
        now(bench.node.ledger.create(sale, LocalNode.REST, operator));
        bench.node.meet(sale.id());
        bench.meet(sale.id());
        return sale.id();
    }

    private static void change(SaleId sale, Operator operator, SaleState state, Long capacity) {
        now(bench.node.ledger.change(sale, new Change(state, capacity), operator, Optional.empty()));
    }

    private static List<String> log(SaleId sale) {
        return bench.list("""
                SELECT concat_ws(' ', epoch || '-' || seq, operator, action, detail) FROM operator_actions WHERE sale = ?
                ORDER BY id""", sale.value());
    }

    @Test
    void logsWhoPutASaleOnAndChangedItWithTheTimeOfTheLedger() {
        SaleId sale = putOn(OLGA);
        change(sale, OTTO, SaleState.PAUSED, 15L);
        bench.node.buy(sale, "ann");
        change(sale, OLGA, SaleState.OPEN, null);
        change(sale, OTTO, SaleState.OPEN, 15L);
        bench.write(sale);

        assertThat(log(sale))
                .as("asking for what is so already changes nothing")
                .containsExactly(
                        "1-1 olga CREATE_SALE 10 tickets",
                        "1-2 otto CHANGE_STATE PAUSED",
                        "1-3 otto ADD_CAPACITY +5 tickets",
                        "1-4 olga CHANGE_STATE OPEN");
        assertThat(bench.list("""
                SELECT (a.at = to_timestamp((m.body -> 'fields' ->> 'at_ms')::bigint / 1000.0))::text
                FROM operator_actions a JOIN movements m USING (sale, epoch, seq) WHERE sale = ?""", sale.value())).containsExactly("true", "true", "true", "true");
    }

    @Test
    void logsNothingOfWhomNobodyNamed() {
        SaleId sale = putOn(Operator.NOBODY);
        bench.plant(sale, "movement STATE_CHANGED at_ms 1700000000000 state PAUSED");
        bench.write(sale);

        assertThat(log(sale)).isEmpty();
        assertThat(bench.ask("SELECT state FROM sales WHERE sale = ?", sale.value()))
                .isEqualTo("PAUSED");
    }

    @Test
    void logsAnOperatorOfAnyName() {
        List<String> names =
                List.of("auth0|507f 'x'; --", "o".repeat(5_000), "\uD83D\uDE80".repeat(300), "a\u0000b\r\n\u202Ec");
        SaleId sale = putOn(OLGA);
        for (int i = 0; i < names.size(); i++) {
            change(sale, new Operator(names.get(i)), null, 11L + i);
        }
        bench.plant(sale, "operator \"a\\x00b\\xff\" movement STATE_CHANGED at_ms 1700000000000 state PAUSED");
        bench.write(sale);

        assertThat(bench.list("SELECT operator FROM operator_actions WHERE sale = ? ORDER BY id", sale.value()))
                .containsExactly(
                        "olga", names.get(0), "o".repeat(200), "\uD83D\uDE80".repeat(200), "a?b???c", "a?b\uFFFD");
        assertThat(bench.keptAside(sale)).isEmpty();
    }

    @Test
    void logsWhatWasDoneAlsoWhereItCannotBeWritten() {
        SaleId sale = putOn(OLGA);
        bench.plant(sale, "operator otto movement STATE_CHANGED at_ms 1700000000000 state ASLEEP");
        bench.plant(sale, "operator otto movement CAPACITY_ADDED");
        bench.plant(sale, "operator otto movement RENAMED at_ms 1700000000000 name Another");
        bench.plant(sale, "operator otto");
        bench.write(sale);
        bench.write(sale);

        assertThat(bench.keptAside(sale)).hasSize(4);
        assertThat(log(sale))
                .containsExactly(
                        "1-1 olga CREATE_SALE 10 tickets",
                        "1-2 otto CHANGE_STATE ASLEEP",
                        "1-3 otto ADD_CAPACITY +null tickets",
                        "1-4 otto OTHER RENAMED",
                        "1-5 otto OTHER ");
    }

    @Test
    void notesWhoArchivesASaleBeforeItIsGone() {
        SaleId sale = putOn(OLGA);
        change(sale, OLGA, SaleState.CLOSED, null);
        bench.write(sale);

        bench.writer().noteArchiving(sale, OTTO);

        assertThat(log(sale)).last().isEqualTo("otto ARCHIVE_SALE asked to archive");
    }
}
