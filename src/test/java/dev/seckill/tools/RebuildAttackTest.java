package dev.seckill.tools;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.LocalNode;
import dev.seckill.ledger.Change;
import dev.seckill.ledger.LedgerAway;
import dev.seckill.ledger.Ledgers;
import dev.seckill.tools.SaleRebuild.Result;
import dev.seckill.trade.Answer;
import dev.seckill.trade.Operator;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.Place;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.SaleState;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Sales that are hard to rebuild, or can't be: nothing is sold of them then, and the others wait for none. */
class RebuildAttackTest extends RebuildDrill {
    /** More than are expired, and than are replayed, in one call. */
    private static final int MANY = 2_500;

    private static final int LARGEST_BATCH = 1_000;

    /** Before the sale goes on. */
    private static final int STEPS = 9;

    /** What the others have lost is not this one's. */
    @BeforeEach
    void beginAnew() {
        shell.ask("FLUSHALL");
        shell.ask("CONFIG SET maxmemory 0");
    }

    private static String key(SaleId sale, String name) {
        return "seckill:{" + sale + "}:" + name;
    }

    private record Said(int exitCode, String out, String err) {}

    /** As it is called, in this process. */
    private static Said command(String... more) {
        List<String> words =
                new ArrayList<>(List.of("--redis", redis.address(), "--no-database", "--patience", "PT0.1S"));
        words.addAll(List.of(more));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = new CommandLine(new Rebuild())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(words.toArray(String[]::new));
        return new Said(exitCode, out.toString(), err.toString());
    }

    // --- what is damaged --------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "what is this, then",
                "movement NONSENSE at_ms 1",
                "movement RESERVED at_ms 1",
                "movement EXPIRED at_ms 1 to remaining AAAAAAAAAAAAAAAAAAAAAA 1|ann",
                "movement RESERVED at_ms 1 due_ms 2 amount_minor 1 AAAAAAAAAAAAAAAAAAAAAA many|ann",
                "movement HELD_BACK at_ms 1 quantity nothing",
                "movement CORRECTED at_ms 1 is nothing was nothing",
                "movement REFUNDED at_ms 1 left 0 AAAAAAAAAAAAAAAAAAAAAA 1|ann"
            })
    void whatCannotBeReadIsSaidAndLeftOut(String nonsense) {
        SaleId sale = putOn(5);
        buys(a, sale, "ann");
        write(sale);
        Path old = redis.copy();
        buys(a, sale, "bob");
        buys(a, sale, "cid");
        lose(sale, old);
        shell.ask("XADD " + key(sale, "movements") + " 1-3 " + nonsense);

        assertThatThrownBy(() -> rebuild(sale)).hasMessageContaining("1-3").hasMessageContaining("can't be read");
        assertThat(a.buy(sale, "eve")).isEqualTo(Outcome.BUSY);
        assertThat(rebuild(sale, terms(false, true), 0)).isEqualTo(Result.REBUILT);

        assertThat(record(sale, "ann")).startsWith("R|1|");
        assertThat(stock(sale)).containsEntry("owed", "2");
        sellsAgain(sale);
    }

    @ParameterizedTest
    @CsvSource({"stock, SET, x", "stock, RPUSH, x", "movements, SADD, x", "buyers, SET, x", "reservations, SET, x"})
    void aKeyThatIsNoSalesIsNamed(String name, String command, String value) {
        SaleId sale = putOn(5);
        buys(a, sale, "ann");
        write(sale);
        lose(sale, NOTHING);
        shell.ask("DEL " + key(sale, name));
        shell.ask(command + " " + key(sale, name) + " " + value);

        assertThatThrownBy(() -> rebuild(sale))
                .isInstanceOf(LedgerAway.class)
                .hasMessageContaining(key(sale, name))
                .hasMessageContaining("rename it");
        shell.ask("RENAME " + key(sale, name) + " elsewhere");
        Awaitility.await().ignoreExceptions().untilAsserted(() -> {
            a.tick();
            assertThat(rebuild(sale)).isEqualTo(Result.REBUILT);
        });
        sellsAgain(sale);
    }

    @Test
    void oneThatCannotBeRebuiltHoldsUpNoOther() {
        SaleId damaged = putOn(5);
        SaleId first = putOn(5);
        SaleId right = putOn(5);
        List<SaleId> lost = List.of(damaged, first);
        Path old = redis.copy();
        for (SaleId sale : lost) {
            buys(a, sale, "ann");
        }
        lost.forEach(sale -> lose(sale, old));
        shell.ask("XADD " + key(damaged, "movements") + " 1-2 what is");
        Awaitility.await("nothing is missing of the third").untilAsserted(() -> {
            a.tick();
            assertThat(a.buy(right, "ann")).isIn(Outcome.RESERVED, Outcome.ALREADY_RESERVED);
        });

        Said said = command();

        assertThat(said.exitCode).as(said.toString()).isEqualTo(3);
        assertThat(said.err).contains(damaged + "  Movement 1-2 of sale " + damaged + " can't be read.");
        assertThat(said.out).contains(first + "  the sale goes on; 1 tickets are held back", right + "  in service");
        sellsAgain(first);
    }

    /** Putting it on begins by listing it; whoever dies then has harmed nobody. */
    @Test
    void aNameWithoutASaleIsNoFault() {
        shell.ask("SADD seckill:sales half-put-on");

        Said all = command();
        Said named = command("half-put-on");

        assertThat(all.exitCode).as(all.toString()).isZero();
        assertThat(all.out).contains("half-put-on  there is no such sale");
        assertThat(named.exitCode).isEqualTo(3);
    }

    @Test
    void whileRedisHasNoMemoryNothingIsRebuiltAndThenAllIs() {
        SaleId sale = putOn(5);
        buys(a, sale, "ann");
        write(sale);
        lose(sale, NOTHING);
        String enough = shell.ask("CONFIG GET maxmemory").split("\n", -1)[1];

        for (int full = 1; full <= STEPS; full++) {
            int at = full;
            assertThatThrownBy(() -> rebuild(sale, terms(false, false), step -> {
                        if (steps.size() == at) {
                            shell.ask("CONFIG SET maxmemory 1");
                        }
                    }))
                    .as("full after %s", steps)
                    .hasMessageContaining("'maxmemory'");
            shell.ask("CONFIG SET maxmemory " + enough);
            assertThat(a.buy(sale, "eve")).isEqualTo(Outcome.BUSY);
        }

        assertThat(rebuild(sale)).isEqualTo(Result.REBUILT);
        assertThat(record(sale, "ann")).startsWith("R|1|");
        sellsAgain(sale);
    }

    // --- what is unusual --------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"PAUSED", "CLOSED"})
    void aSaleThatWasNotOpenIsNotOpenAfterwards(SaleState state) {
        SaleId sale = putOn(5);
        buys(a, sale, "ann");
        now(a.ledger.change(sale, new Change(state, null), new Operator("olga"), Optional.empty()));
        write(sale);
        lose(sale, NOTHING);

        assertThat(rebuild(sale)).isEqualTo(Result.REBUILT);

        Awaitility.await().untilAsserted(() -> {
            a.tick();
            assertThat(a.buy(sale, "bob")).isEqualTo(Outcome.NOT_OPEN);
        });
        assertThat(shown(sale).state()).isEqualTo(state);
        write(sale);
        check.assertWritten(sale);
    }

    @Test
    void aSaleThatNobodyCouldBuyFromYetOpensInTime() {
        SaleDefinition definition = LocalNode.sale(5, shell.nowMs() + 3_600_000, 5);
        SaleId sale = a.putOn(definition);
        b.meet(sale);
        write(sale);
        a.tick();
        Awaitility.await("it was looked at").until(() -> !a.ledger.seen(sale).equals(Place.BEGIN));
        lose(sale, NOTHING);
        Awaitility.await("it says so").untilAsserted(() -> {
            a.tick();
            assertThat(stock(sale)).containsEntry("known_taken", "0");
        });

        assertThat(rebuild(sale)).as(steps.toString()).isEqualTo(Result.REBUILT);

        Awaitility.await().untilAsserted(() -> {
            a.tick();
            assertThat(a.buy(sale, "bob")).isEqualTo(Outcome.NOT_OPEN);
        });
        assertThat(shown(sale).opensAtMs()).isEqualTo(definition.opensAtMs());
        assertThat(shown(sale).standing().remaining()).isEqualTo(5);
    }

    @Test
    void anArchivedSaleStaysArchived() throws SQLException {
        SaleId sale = putOn(5);
        buys(a, sale, "ann");
        a.cancel(sale, "ann");
        now(a.ledger.change(sale, new Change(SaleState.CLOSED, null)));
        write(sale);
        now(a.ledger.change(sale, new Change(SaleState.ARCHIVED, null)));
        check.command("UPDATE progress SET finished_at = now() WHERE sale = '" + sale + "'");
        redis.killAndRestartFrom(NOTHING);

        assertThat(rebuild(sale)).isEqualTo(Result.NOT_LOST);

        assertThat(stock(sale)).isEmpty();
        assertThat(steps).containsExactly("archived: nothing to rebuild");
    }

    @Test
    void aThousandReservationsInOneMovementAreNotTooMany() {
        SaleDefinition definition = definition(new SaleId("large-batches"), Duration.ofSeconds(2), MANY);
        try (LocalNode large = LocalNode.start(
                Ledgers.config(redis.address(), Duration.ofSeconds(5), Duration.ofSeconds(10), 8, LARGEST_BATCH, MANY),
                LocalNode.settings("large", 1),
                (attempts, nanos) -> {})) {
            SaleId sale = large.putOn(definition);
            b.meet(sale);
            List<CompletableFuture<Answer>> asked = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                asked.add(large.ask(sale, "buyer" + i));
            }
            asked.forEach(answer -> assertThat(now(answer).outcome()).isEqualTo(Outcome.RESERVED));
            write(sale);
            long dueMs = shell.nowMs() + definition.hold().toMillis();
            redis.killAndRestartFrom(NOTHING);
            Awaitility.await("it says what it has seen").untilAsserted(() -> {
                large.tick();
                assertThat(stock(sale)).containsEntry("known_taken", Integer.toString(MANY));
            });
            Awaitility.await("all are due").until(() -> shell.nowMs() > dueMs);

            assertThat(rebuild(sale)).isEqualTo(Result.REBUILT);

            assertThat(steps).contains(MANY + " reservations expired");
            assertThat(stock(sale)).containsEntry("reserved", "0").containsEntry("owed", "0");
            write(sale);
            check.assertWritten(sale);
        }
    }

    /** A page of movements that is full may be the last: nothing is behind it, and the sale is not in service yet. */
    @ParameterizedTest
    @ValueSource(ints = {38, 39, 40, 41})
    void howeverManyMovementsAreNotWrittenAreWritten(int unwritten) {
        SaleId sale = putOn(100);
        write(sale);
        for (int i = 0; i < unwritten; i++) {
            buys(a, sale, "buyer" + i);
        }
        Path copy = redis.copy();
        buys(a, sale, "lost");
        lose(sale, copy);

        assertThat(rebuild(sale)).isEqualTo(Result.REBUILT);

        sellsAgain(sale);
        write(sale);
        check.assertWritten(sale);
    }

    /** Nodes go on writing while it is rebuilt. */
    @Test
    void whatANodeHasWrittenMeanwhileIsAsGood() {
        SaleId sale = putOn(10);
        buys(a, sale, "ann");
        Path copy = redis.copy();
        buys(a, sale, "lost");
        lose(sale, copy);

        assertThat(rebuild(sale, terms(false, false), step -> {
                    if (step.startsWith("audited")) {
                        writeAsNodesDo(sale);
                    }
                }))
                .isEqualTo(Result.REBUILT);

        write(sale);
        check.assertWritten(sale);
    }

    @Test
    void whoeverBeginsLaterWins() {
        SaleId sale = putOn(10);
        buys(a, sale, "ann");
        write(sale);
        lose(sale, NOTHING);
        Result[] later = new Result[1];

        assertThatThrownBy(() -> rebuild(sale, terms(false, false), step -> {
                    if (step.equals("movements replayed") && later[0] == null) {
                        later[0] = Result.NONE;
                        later[0] = rebuild(sale);
                    }
                }))
                .isInstanceOf(LedgerAway.class)
                .hasMessageContaining("Somebody else is rebuilding sale " + sale);

        assertThat(later[0]).isEqualTo(Result.REBUILT);
        assertThat(record(sale, "ann")).startsWith("R|1|");
        sellsAgain(sale);
        write(sale);
        check.assertWritten(sale);
    }
}
