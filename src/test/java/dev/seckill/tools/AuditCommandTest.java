package dev.seckill.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.seckill.LocalNode;
import dev.seckill.RedisServer;
import dev.seckill.RedisShell;
import dev.seckill.trade.SaleId;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What {@code scripts/audit} prints and how it exits. Touches one Redis. */
class AuditCommandTest {
    private static RedisServer redis;
    private static LocalNode node;
    private static SaleId right;
    private static SaleId wrong;

    private record Said(int exitCode, String out, String err) {}

    @BeforeAll
    static void begin() {
        redis = RedisServer.start();
        node = LocalNode.start(redis, "node");
        right = node.putOn(10);
        wrong = node.putOn(10);
        for (SaleId sale : List.of(right, wrong)) {
            node.buy(sale, "ann");
            node.buy(sale, "bob");
            node.cancel(sale, "bob");
        }
        new RedisShell(redis).ask("HINCRBY seckill:{" + wrong + "}:buyers ann 1");
    }

    @AfterAll
    static void end() {
        node.close();
        redis.close();
    }

    private static Said audit(String... arguments) {
        List<String> words = new ArrayList<>(List.of("--redis", redis.address()));
        words.addAll(List.of(arguments));
        return command(words.toArray(String[]::new));
    }

    private static Said command(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = new CommandLine(new Audit())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Said(exitCode, out.toString(), err.toString());
    }

    @Test
    void saysOkOfASaleThatIsRight() {
        Said said = audit(right.value());

        assertThat(said.exitCode).isZero();
        assertThat(said.out)
                .contains(right + "  OPEN, epoch 1, seq 4", "capacity 10: remaining 8, returning 1, reserved 1, sold 0")
                .contains("1 RESERVED, 1 CANCELLED", "orders: not looked at, as no database is named")
                .endsWith("  OK\n");
        assertThat(said.err).isEmpty();
    }

    @Test
    void namesWhatIsWrongAmongAllSales() {
        Said said = audit();

        assertThat(said.exitCode).isEqualTo(1);
        assertThat(said.out)
                .contains("WRONG buyers: ann: found 2, expected 1")
                .endsWith("2 sales, 1 wrong\n")
                .containsOnlyOnce("OK");
    }

    @Test
    void saysTheSameInOneJsonDocument() throws Exception {
        Said said = audit("--json");

        assertThat(said.exitCode).isEqualTo(1);
        JsonNode document = new ObjectMapper().readTree(said.out);
        assertThat(document.get("ledger").asText()).isEqualTo(redis.address());
        assertThat(document.get("ok").asBoolean(true)).isFalse();
        assertThat(document.get("error").isNull()).isTrue();
        assertThat(document.get("database").isNull()).isTrue();
        assertThat(document.get("sales")).hasSize(2);
        for (JsonNode sale : document.get("sales")) {
            boolean isRight = sale.get("id").asText().equals(right.value());
            assertThat(sale.get("ok").asBoolean()).isEqualTo(isRight);
            assertThat(sale.get("state").asText()).isEqualTo("OPEN");
            assertThat(sale.get("epoch").asLong()).isEqualTo(1);
            assertThat(sale.get("seq").asLong()).isEqualTo(4);
            assertThat(sale.get("sums"))
                    .hasToString("{\"capacity\":10,\"remaining\":8,\"returning\":1,\"reserved\":1,\"sold\":0}");
            assertThat(sale.get("reservations")).hasToString("{\"RESERVED\":1,\"CANCELLED\":1}");
            assertThat(sale.get("compared_with").asText()).isEqualTo("movements");
            assertThat(sale.get("orders").isNull()).isTrue();
            assertThat(sale.get("more")).isEmpty();
            assertThat(sale.get("findings"))
                    .hasToString(
                            isRight
                                    ? "[]"
                                    : "[{\"check\":\"buyers\",\"subject\":\"ann\",\"found\":\"2\",\"expected\":\"1\"}]");
        }
    }

    @Test
    void tellsThatASaleIsNotThere() throws Exception {
        Said said = audit("nothing", right.value());
        Said json = audit("nothing", "--json");

        assertThat(said.exitCode).isEqualTo(3);
        assertThat(said.err).startsWith("There is no sale nothing").contains(right.value());
        assertThat(said.out).as("the others are audited").contains("OK");
        assertThat(json.exitCode).isEqualTo(3);
        assertThat(new ObjectMapper().readTree(json.out).get("error").asText()).startsWith("There is no sale nothing");
    }

    @Test
    void tellsThatTheLedgerIsAway() {
        Said said = command("--redis", "redis://127.0.0.1:1");

        assertThat(said.exitCode).isEqualTo(3);
        assertThat(said.err).startsWith("The ledger at redis://127.0.0.1:1 does not answer");
        assertThat(said.out).isEmpty();
    }

    @Test
    void tellsThatTheDatabaseIsAway() {
        Said said = audit("--database", "jdbc:postgresql://127.0.0.1:1/seckill");

        assertThat(said.exitCode).isEqualTo(3);
        assertThat(said.err).startsWith("The database at jdbc:postgresql://127.0.0.1:1/seckill can't be audited");
        assertThat(said.out).isEmpty();
    }

    @Test
    void refusesWhatItDoesNotUnderstand() {
        assertThat(audit("A Sale").exitCode).isEqualTo(2);
        assertThat(audit("--what").exitCode).isEqualTo(2);
        assertThat(command("--redis", "somewhere").exitCode).isEqualTo(2);
        assertThat(audit("--database", "somewhere").exitCode).isEqualTo(2);
        assertThat(audit("--database", "jdbc:postgresql://h/d", "--no-database").exitCode)
                .isEqualTo(2);
        assertThat(command("--database", "jdbc:postgresql://h/d").exitCode).isEqualTo(2);
    }
}
