package dev.seckill.stock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.LocalNode;
import dev.seckill.RedisServer;
import dev.seckill.RedisShell;
import dev.seckill.ledger.Attempt;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.Standing;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One node sells, another reads who won. Touches one Redis. */
class WinnersTest {
    private static final long CAPACITY = 10_000;

    private static RedisServer redis;
    private static RedisShell shell;
    private static LocalNode seller;
    private static LocalNode reader;

    private final SaleId sale = seller.putOn(CAPACITY);
    private final Winners winners = new Winners(sale, reader.ledger);

    @BeforeAll
    static void open() {
        redis = RedisServer.start();
        shell = new RedisShell(redis);
        seller = LocalNode.start(redis, "seller");
        reader = LocalNode.start(redis, "reader");
    }

    @AfterAll
    static void close() {
        seller.close();
        reader.close();
        redis.close();
    }

    private Standing standing() {
        return seller.meet(sale).standing();
    }

    private void read() {
        assertThat(winners.readTo(standing()).toCompletableFuture()).succeedsWithin(Duration.ofSeconds(10));
    }

    private void win(String... buyers) {
        for (String buyer : buyers) {
            assertThat(seller.buy(sale, buyer)).isEqualTo(Outcome.RESERVED);
        }
    }

    private boolean knows(String buyer) {
        return winners.contains(new BuyerId(buyer));
    }

    private String movements() {
        return "seckill:{" + sale + "}:movements";
    }

    @Test
    void knowsAllWhoWonBeforeItBeganAndNobodyElse() {
        win("ann", "bob");

        read();

        assertThat(knows("ann")).isTrue();
        assertThat(knows("bob")).isTrue();
        assertThat(knows("eve")).isFalse();
    }

    @Test
    void readsOnlyWhatIsNewTheNextTime() {
        win("ann");
        read();
        win("bob", "eve");
        shell.forgetCalls();

        read();

        assertThat(knows("ann")).isTrue();
        assertThat(knows("bob")).isTrue();
        assertThat(knows("eve")).isTrue();
        assertThat(shell.ask("INFO commandstats"))
                .contains("cmdstat_xrange:calls=1,")
                .doesNotContain("hscan");
    }

    @Test
    void readsNothingTwice() {
        win("ann");
        Standing before = standing();
        win("bob");
        read();
        shell.forgetCalls();

        assertThat(winners.readTo(before)).isCompleted();
        assertThat(winners.readTo(standing())).isCompleted();

        assertThat(shell.ask("INFO commandstats")).doesNotContain("xrange").doesNotContain("hscan");
    }

    @Test
    void knowsWhoseReservationHasEnded() {
        win("ann");
        seller.cancel(sale, "ann");
        read();
        win("bob");
        seller.cancel(sale, "bob");
        read();

        assertThat(knows("ann")).isTrue();
        assertThat(knows("bob")).isTrue();
    }

    @Test
    void knowsWhoCancelledBeforeTheReservationCame() {
        read();

        seller.cancel(sale, "ann");
        read();

        assertThat(knows("ann")).isTrue();
    }

    @Test
    void readsAllWhoWonAgainWhenAMovementIsMissing() {
        win("ann");
        read();
        win("bob", "eve");
        assertThat(shell.ask("XDEL " + movements() + " 1-3")).isEqualTo("1");

        read();

        assertThat(knows("ann")).isTrue();
        assertThat(knows("bob")).isTrue();
        assertThat(knows("eve")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void readsAllWhoWonAgainWhenTheMovementsWereTrimmed(int kept) {
        win("ann");
        read();
        win("bob", "eve");
        shell.ask("XTRIM " + movements() + " MAXLEN " + kept);

        read();

        assertThat(knows("ann")).isTrue();
        assertThat(knows("bob")).isTrue();
        assertThat(knows("eve")).isTrue();
    }

    @Test
    void knowsAllWhoWonWhetherTheyFillOnePageOrSeveral() {
        int crowd = 2_500;
        Winners early = new Winners(sale, reader.ledger);
        assertThat(early.readTo(standing()).toCompletableFuture()).succeedsWithin(Duration.ofSeconds(10));
        CompletableFuture<?>[] asked = IntStream.range(0, crowd)
                .mapToObj(i -> seller.ask(sale, "buyer" + i))
                .toArray(CompletableFuture[]::new);
        LocalNode.now(CompletableFuture.allOf(asked));

        read();
        assertThat(early.readTo(standing()).toCompletableFuture()).succeedsWithin(Duration.ofSeconds(10));

        assertThat(IntStream.range(0, crowd).filter(i -> !knows("buyer" + i))).isEmpty();
        assertThat(IntStream.range(0, crowd).filter(i -> !early.contains(new BuyerId("buyer" + i))))
                .isEmpty();
    }

    @Test
    void knowsNoAnonymousBuyerBecauseNoneCanAskAgain() {
        Answer answer = LocalNode.now(seller.ask(new Attempt(
                ReservationId.random(sale),
                BuyerId.ANONYMOUS,
                1,
                seller.stock.stamp(sale),
                seller.ledger.deadlineMs())));
        assertThat(answer.outcome()).isEqualTo(Outcome.RESERVED);

        read();

        assertThat(winners.contains(BuyerId.ANONYMOUS)).isFalse();
    }

    @Test
    void failsWhileTheLedgerIsSilentAndReadsAllTheNextTime() {
        win("ann");
        Standing target = standing();

        redis.freeze();
        try {
            assertThat(winners.readTo(target).toCompletableFuture()).failsWithin(Duration.ofSeconds(5));
        } finally {
            redis.unfreeze();
        }
        assertThat(knows("ann")).isFalse();
        read();

        assertThat(knows("ann")).isTrue();
    }
}
