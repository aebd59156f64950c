package dev.seckill.stock;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seckill.LocalNode;
import dev.seckill.RedisServer;
import dev.seckill.RedisShell;
import dev.seckill.ledger.Change;
import dev.seckill.ledger.Ledgers;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.Price;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.SaleState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The timer's part in giving unpaid tickets back. Touches one Redis, and harms it. */
@Timeout(60)
class ExpiryTest {
    private static final AtomicInteger SALES = new AtomicInteger();
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static RedisServer redis;
    private static LocalNode a;
    private static LocalNode b;

    @BeforeAll
    static void begin() {
        redis = RedisServer.start();
        a = node("a");
        b = node("b");
    }

    private static LocalNode node(String name) {
        return LocalNode.start(
                Ledgers.config(redis.address(), Duration.ofMillis(300), Duration.ofSeconds(1)),
                LocalNode.settings(name, 1),
                (attempts, nanos) -> {});
    }

    @AfterAll
    static void end() {
        a.close();
        b.close();
        redis.close();
    }

    private static SaleId sale(long capacity, Duration hold) {
        SaleId id = new SaleId("unpaid-" + SALES.incrementAndGet());
        a.putOn(new SaleDefinition(id, "A concert", capacity, new Price(4_900, "EUR"), 0, 0, hold, 10));
        b.meet(id);
        return id;
    }

    private static void tickUntil(LocalNode ticking, LocalNode buying, SaleId sale, String buyer) {
        await().pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .until(() -> {
                    ticking.tick();
                    return buying.buy(sale, buyer) == Outcome.RESERVED;
                });
    }

    @Test
    void whatOneNodesBuyerDidNotPayTheOtherNodesBuyerGets() {
        SaleId sale = sale(1, SHORT);
        assertThat(a.buy(sale, "ann")).isEqualTo(Outcome.RESERVED);
        assertThat(b.buy(sale, "bob")).isEqualTo(Outcome.SOLD_OUT);

        tickUntil(a, b, sale, "bob");

        assertThat(a.meet(sale).reserved()).isEqualTo(1);
    }

    @Test
    void aDeadNodesTicketsComeBackThroughTheLiving() {
        SaleId sale = sale(1, SHORT);
        LocalNode dying = node("dying");
        dying.meet(sale);
        assertThat(dying.buy(sale, "ann")).isEqualTo(Outcome.RESERVED);
        dying.close();

        tickUntil(b, a, sale, "bob");
    }

    @Test
    void manyUnpaidTicketsComeBackInOneTick() {
        SaleId sale = sale(3_000, SHORT);
        IntStream.range(0, 3_000)
                .mapToObj(i -> a.ask(sale, "buyer" + i))
                .toList()
                .forEach(LocalNode::now);
        assertThat(a.meet(sale).reserved()).isEqualTo(3_000);
        pause(SHORT.plusMillis(100));

        a.tick();

        await().until(() -> a.meet(sale).reserved() == 0);
    }

    @Test
    void aSaleInWhichNothingIsDueCostsNoCalls() {
        SaleId sale = sale(10, Duration.ofHours(1));
        LocalNode alone = node("alone");
        alone.meet(sale);
        assertThat(a.buy(sale, "ann")).isEqualTo(Outcome.RESERVED);
        alone.expiry.tend(List.of(sale));
        now(alone.ledger.find(alone.accept(sale, "ann", "key", 1).id(), 0));
        RedisShell shell = new RedisShell(redis);
        shell.forgetCalls();

        for (int tick = 0; tick < 100; tick++) {
            alone.expiry.tend(List.of(sale));
        }

        now(alone.ledger.find(alone.accept(sale, "ann", "key", 1).id(), 0));
        assertThat(shell.scriptCalls()).as("the look itself").isEqualTo(1);
        alone.close();
    }

    @Test
    void aClockThatWasAnHourAheadForAMomentStrandsNothing() {
        SaleId sale = sale(1, SHORT);
        RedisShell shell = new RedisShell(redis);
        String stock = "seckill:{" + sale + "}:stock";
        String hour = Long.toString(shell.nowMs() + 3_600_000);
        shell.ask("HSET " + stock + " now_ms " + hour);
        a.tick();
        now(a.ledger.find(a.accept(sale, "ann", "key", 1).id(), 0));
        shell.ask("HSET " + stock + " now_ms " + shell.nowMs());
        assertThat(a.buy(sale, "ann")).isEqualTo(Outcome.RESERVED);

        tickUntil(a, b, sale, "bob");
    }

    @Test
    void whatCouldBeLostAgainIsNotExpired() {
        SaleId sale = sale(1, SHORT);
        assertThat(a.buy(sale, "ann")).isEqualTo(Outcome.RESERVED);
        RedisShell shell = new RedisShell(redis);
        shell.ask("CONFIG SET appendfsync everysec");
        try (LocalNode strict = node("strict")) {
            strict.meet(sale);
            pause(SHORT.plusMillis(100));

            strict.expiry.tend(List.of(sale));
            now(strict.ledger.find(strict.accept(sale, "ann", "key", 1).id(), 0));

            assertThat(b.meet(sale).reserved()).isEqualTo(1);
        } finally {
            shell.ask("CONFIG SET appendfsync always");
        }
    }

    @Test
    void anArchivedSaleIsLeftAlone() {
        SaleId sale = sale(10, SHORT);
        now(a.ledger.change(sale, new Change(SaleState.CLOSED, null)));
        now(a.ledger.change(sale, new Change(SaleState.ARCHIVED, null)));

        for (int tick = 0; tick < 3; tick++) {
            a.tick();
        }

        assertThat(a.meet(sale).state()).isEqualTo(SaleState.ARCHIVED);
    }

    @Test
    void goesOnByItselfWhenRedisIsBack() {
        SaleId sale = sale(2, SHORT);
        assertThat(a.buy(sale, "ann")).isEqualTo(Outcome.RESERVED);
        assertThat(a.buy(sale, "cid")).isEqualTo(Outcome.RESERVED);
        redis.kill();
        for (int tick = 0; tick < 5; tick++) {
            a.expiry.tend(List.of(sale));
            pause(Duration.ofMillis(100));
        }
        redis.restart();

        tickUntil(a, a, sale, "bob");

        assertThat(a.meet(sale).reserved()).as("bob's only").isEqualTo(1);
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
