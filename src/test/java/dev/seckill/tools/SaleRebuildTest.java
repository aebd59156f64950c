package dev.seckill.tools;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.LocalNode;
import dev.seckill.ledger.Auditor;
import dev.seckill.ledger.SaleRefused;
import dev.seckill.tools.SaleRebuild.Refused;
import dev.seckill.tools.SaleRebuild.Result;
import dev.seckill.trade.Answer;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.SaleId;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sales come back whose Redis has lost them, or their end. Touches Redis and PostgreSQL. */
class SaleRebuildTest extends RebuildDrill {
    private static final int MOST_STEPS = 20;

    // --- stories ----------------------------------------------------------------------------------------------------

    /** What Redis comes back with. */
    enum Loss {
        EMPTY,
        OLD_COPY,
        ONLY_ITS_TAIL
    }

    @ParameterizedTest
    @EnumSource(Loss.class)
    void everythingThatIsWrittenIsThereAgainAndTheRestIsHeldBack(Loss loss) {
        SaleId sale = putOn(10);
        buys(a, sale, "ann");
        Path old = redis.copy();
        buys(b, sale, "bob");
        a.cancel(sale, "ann");
        write(sale);
        Path tailless = redis.copy();
        buys(a, sale, "cid");
        assertThat(b.buy(sale, "dan", "key", 2).outcome()).isEqualTo(Outcome.RESERVED);

        lose(
                sale,
                switch (loss) {
                    case EMPTY -> NOTHING;
                    case OLD_COPY -> old;
                    case ONLY_ITS_TAIL -> tailless;
                });
        assertThat(rebuild(sale)).isEqualTo(Result.REBUILT);
        sellsAgain(sale);

        assertThat(record(sale, "ann")).startsWith("C|1|");
        assertThat(record(sale, "bob")).startsWith("R|1|");
        assertThat(record(sale, "cid") + record(sale, "dan"))
                .as("nothing tells of them")
                .isEmpty();
        assertThat(shown(sale).standing().returning()).as("held back for them").isEqualTo(3);
        assertThat(steps).last().asString().contains("3 tickets are held back");
        write(sale);
        check.assertWritten(sale);
        assertThat(check.list(
                        "SELECT operator || ' ' || action || ' ' || detail FROM operator_actions WHERE sale = ?"
                                + " AND action = 'REBUILD'",
                        sale.value()))
                .containsExactly("olga REBUILD 3 tickets held back");
    }

    @Test
    void nobodyGetsATicketThatIsHeldBackBeforeItsBuyersWouldHaveLostIt() {
        SaleId sale = putOn(3);
        buys(a, sale, "zoe");
        write(sale);
        a.cancel(sale, "zoe");
        for (String buyer : List.of("ann", "bob", "cid")) {
            Awaitility.await(buyer).untilAsserted(() -> {
                a.tick();
                assertThat(a.buy(sale, buyer)).isIn(Outcome.RESERVED, Outcome.ALREADY_RESERVED);
            });
        }

        lose(sale, NOTHING);
        assertThat(rebuild(sale)).isEqualTo(Result.REBUILT);
        // Three were taken that nobody knows of; zoe, who had cancelled, has hers again until she cancels again.
        assertThat(shown(sale).standing().remaining()).isZero();
        assertThat(shown(sale).standing().returning()).isEqualTo(2);
        Awaitility.await().untilAsserted(() -> {
            a.tick();
            assertThat(a.cancel(sale, "zoe").result().name()).isEqualTo("CANCELLED");
        });
        assertThat(shown(sale).standing().returning()).isEqualTo(3);
        Awaitility.await("longer than tickets rest")
                .pollDelay(LocalNode.REST.multipliedBy(2))
                .untilAsserted(() -> assertThat(a.buy(sale, "eve")).isEqualTo(Outcome.SOLD_OUT));

        shell.ask("HINCRBY seckill:{" + sale + "}:stock now_ms "
                + Duration.ofHours(1).toMillis());
        Awaitility.await("a hold time later").untilAsserted(() -> {
            a.tick();
            assertThat(a.buy(sale, "eve")).isIn(Outcome.RESERVED, Outcome.ALREADY_RESERVED);
        });
    }

    @Test
    void whatPaymentsProveIsPutBack() throws SQLException {
        SaleId sale = putOn(10);
        write(sale);
        for (String buyer : List.of("paid", "paying", "refunded", "unknown")) {
            buys(a, sale, buyer);
        }
        PaymentId paid = payment(sale, "paid", "CONFIRMED", null);
        now(a.ledger.confirm(paid, id(sale, "paid")));
        payment(sale, "paying", null, null);
        PaymentId refunded = payment(sale, "refunded", "REFUND_DUE", "ENDED");

        lose(sale, NOTHING);
        assertThat(rebuild(sale)).isEqualTo(Result.REBUILT);
        sellsAgain(sale);

        assertThat(record(sale, "paid")).startsWith("P|1|");
        assertThat(record(sale, "paying")).startsWith("R|1|");
        assertThat(record(sale, "refunded") + record(sale, "unknown")).isEmpty();
        assertThat(now(a.ledger.confirm(paid, id(sale, "paid"))).bought().id()).isEqualTo(id(sale, "paid"));
        assertThat(now(a.ledger.confirm(refunded, id(sale, "refunded"))).refundDue())
                .isEqualTo("ENDED");
        write(sale);
        check.assertWritten(sale);
    }

    @Test
    void aReservationThatWasPaidAndIsDueStaysPaid() throws SQLException {
        SaleId sale = new SaleId("soon-due");
        a.putOn(definition(sale, Duration.ofSeconds(1), 2));
        b.meet(sale);
        buys(a, sale, "ann");
        write(sale);
        PaymentId payment = payment(sale, "ann", "CONFIRMED", null);
        long dueMs = now(a.ledger.confirm(payment, id(sale, "ann"))).bought().dueMs();

        lose(sale, NOTHING);
        Awaitility.await("its hold time is over").until(() -> shell.nowMs() > dueMs);
        assertThat(rebuild(sale)).isEqualTo(Result.REBUILT);

        assertThat(record(sale, "ann")).startsWith("P|1|");
        assertThat(now(a.ledger.show(sale)).orElseThrow().sold()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void itMayDieAfterEveryStepAndRedisMayBeLostAgain(long seed) throws SQLException {
        Random dice = new Random(seed);
        SaleId sale = putOn(40);
        Map<String, String> told = new HashMap<>();
        Path copy = redis.copy();
        int writtenUpTo = dice.nextInt(60);
        int copiedAt = dice.nextInt(60);
        for (int i = 0; i < 60; i++) {
            String buyer = "buyer" + dice.nextInt(50);
            LocalNode node = dice.nextBoolean() ? a : b;
            if (dice.nextInt(4) == 0) {
                if (node.cancel(sale, buyer).result().name().equals("CANCELLED")) {
                    told.put(buyer, "C");
                }
            } else if (node.buy(sale, buyer) == Outcome.RESERVED) {
                told.put(buyer, "R");
                if (dice.nextInt(5) == 0) {
                    PaymentId payment = payment(sale, buyer, "CONFIRMED", null);
                    if (now(node.ledger.confirm(payment, id(sale, buyer))).refundDue() == null) {
                        told.put(buyer, "P");
                    }
                }
            }
            if (i == writtenUpTo) {
                write(sale);
            }
            if (i == copiedAt) {
                copy = redis.copy();
            }
        }
        lose(sale, dice.nextInt(3) == 0 ? NOTHING : copy);

        Result result = null;
        for (int dieAfter = 1; result == null; dieAfter++) {
            try {
                result = rebuild(sale, terms(false, false), dieAfter);
            } catch (Died e) {
                if (dice.nextInt(4) == 0) {
                    redis.killAndRestartFrom(dice.nextBoolean() ? copy : redis.copy());
                    Awaitility.await("the nodes speak again").untilAsserted(() -> {
                        a.tick();
                        b.tick();
                        assertThat(shell.ask("HGET seckill:{" + sale + "}:stock known_seq"))
                                .isNotEqualTo("0")
                                .isNotEmpty();
                    });
                }
            }
            assertThat(dieAfter).isLessThan(MOST_STEPS);
        }
        assertThat(result).isIn(Result.REBUILT, Result.NOT_LOST);

        long lost = 0;
        for (Map.Entry<String, String> each : told.entrySet()) {
            String is = record(sale, each.getKey());
            if (each.getValue().equals("P")) {
                assertThat(is).as(each.getKey()).startsWith("P");
            } else if (each.getValue().equals("R") && is.isEmpty()) {
                lost++;
            }
        }
        Map<String, String> stock = stock(sale);
        assertThat(Long.parseLong(stock.get("owed")))
                .as("owed to %d who are lost", lost)
                .isGreaterThanOrEqualTo(lost);
        sellsAgain(sale);
        buyTheRest(sale);
        stock = stock(sale);
        assertThat(Long.parseLong(stock.get("reserved")) + Long.parseLong(stock.get("sold")) + lost)
                .as("tickets that somebody was told to have")
                .isLessThanOrEqualTo(40);
        write(sale);
        check.assertWritten(sale);
        try (Auditor auditor = Auditor.open(redis.address(), Optional.empty(), Optional.empty(), line -> {})) {
            assertThat(auditor.audit(sale).orElseThrow().findings()).isEmpty();
        }
    }

    private void buyTheRest(SaleId sale) {
        for (int i = 0; i < 60; i++) {
            a.tick();
            Answer answer = a.buy(sale, "late" + i, "key", 1);
            if (answer.outcome() == Outcome.SOLD_OUT) {
                return;
            }
        }
    }

    // --- refusals ---------------------------------------------------------------------------------------------------

    @Test
    void aSaleInServiceIsLeftAlone() {
        SaleId sale = putOn(5);
        a.buy(sale, "ann");
        Map<String, String> before = new HashMap<>(stock(sale));

        assertThat(rebuild(sale)).isEqualTo(Result.NOT_LOST);

        assertThat(stock(sale)).isEqualTo(before);
        buys(a, sale, "bob");
    }

    @Test
    void withoutANodeThatHasSeenItNothingIsDoneUnlessThatIsWanted() {
        SaleId sale = putOn(5);
        buys(a, sale, "ann");
        write(sale);
        stopNodes();
        redis.killAndRestartFrom(NOTHING);

        assertThatThrownBy(() -> rebuild(sale)).isInstanceOf(Refused.class).hasMessageContaining("--without-nodes");
        assertThat(rebuild(sale, terms(true, false), 0)).isEqualTo(Result.REBUILT);

        startNodes();
        assertThat(a.meet(sale).reserved()).isEqualTo(1);
    }

    @Test
    void aHistoryThatIsNotTheDatabasesIsNotMixedWithIt() {
        SaleId sale = putOn(5);
        Path old = redis.copy();
        buys(a, sale, "ann");
        write(sale);
        lose(sale, old);
        // as a server would have it that sold on after it had lost the end
        shell.ask("XADD seckill:{" + sale + "}:movements 1-2 movement RESTOCKED at_ms 1 quantity 1 sellable 2");
        shell.ask("HSET seckill:{" + sale + "}:stock seq 1");

        assertThatThrownBy(() -> rebuild(sale)).isInstanceOf(Refused.class).hasMessageContaining("--from-database");
        assertThat(rebuild(sale, terms(false, true), 0)).isEqualTo(Result.REBUILT);

        assertThat(record(sale, "ann")).startsWith("R|1|");
        sellsAgain(sale);
        write(sale);
        check.assertWritten(sale);
    }

    @Test
    void whatOnlyTheLedgerHasIsNotGivenUpForADatabaseThatHasNothing() {
        SaleId sale = putOn(5);
        buys(a, sale, "ann");
        Path copy = redis.copy();
        buys(a, sale, "bob");
        lose(sale, copy);

        assertThatThrownBy(() -> rebuild(sale, terms(false, true), 0))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("no movement of sale " + sale);
        assertThat(rebuild(sale)).isEqualTo(Result.REBUILT);

        assertThat(record(sale, "ann")).startsWith("R|1|");
    }

    @Test
    void aLostSaleIsNotCreatedAnew() {
        SaleId sale = putOn(5);
        write(sale);
        lose(sale, NOTHING);

        assertThatThrownBy(() -> now(a.ledger.create(definition(sale, Duration.ofMinutes(1), 2), LocalNode.REST)))
                .hasCauseInstanceOf(SaleRefused.class);
        assertThat(new TreeSet<>(stock(sale).keySet())).doesNotContain("name");
    }

    @Test
    void aSaleThatNobodyKnowsIsNone() {
        assertThat(rebuild(new SaleId("nobodys"))).isEqualTo(Result.NONE);
    }
}
