package dev.seckill.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seckill.LocalNode;
import dev.seckill.RedisServer;
import dev.seckill.RedisShell;
import dev.seckill.ledger.Attempt;
import dev.seckill.ledger.Change;
import dev.seckill.ledger.Grant;
import dev.seckill.ledger.Ledgers;
import dev.seckill.ledger.Released;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.SaleState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes, a and b, and sometimes more. Touches one Redis, and others where one is harmed. */
@Timeout(60)
class LocalStockTest {
    /** Between two ticks; the timer takes a second. */
    private static final Duration TICK = Duration.ofMillis(100);

    /** For the machine, which does other things too. */
    private static final Duration SLACK = Duration.ofSeconds(2);

    private static RedisServer redis;
    private static RedisShell shell;
    private static LocalNode a;
    private static LocalNode b;

    private final AtomicInteger strangers = new AtomicInteger();

    @BeforeAll
    static void open() {
        redis = RedisServer.start();
        shell = new RedisShell(redis);
        a = LocalNode.start(redis, "a");
        b = LocalNode.start(redis, "b");
    }

    @AfterAll
    static void close() {
        a.close();
        b.close();
        redis.close();
    }

    private BuyerId stranger() {
        return new BuyerId("stranger" + strangers.incrementAndGet());
    }

    private static boolean isClosed(LocalNode node, SaleId sale) {
        return node.stock.refuses(sale, new BuyerId("nobody"));
    }

    private static void awaitClosed(LocalNode node, SaleId sale) {
        await().atMost(SLACK).pollInterval(Duration.ofMillis(5)).until(() -> {
            node.meet(sale);
            return isClosed(node, sale);
        });
    }

    private static void awaitOpen(LocalNode node, SaleId sale) {
        await().atMost(LocalNode.REST.multipliedBy(2).plus(SLACK))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !isClosed(node, sale));
    }

    private static void tickUntil(LocalNode node, java.util.concurrent.Callable<Boolean> condition) {
        await().atMost(LocalNode.REST.plus(TICK).plus(SLACK)).pollInterval(TICK).until(() -> {
            node.tick();
            return condition.call();
        });
    }

    /** A sale of one ticket, which owner bought at a; b knows nothing of it but that there is such a sale. */
    private SaleId soldOutByOwner() {
        SaleId sale = a.putOn(1);
        b.meet(sale);
        assertThat(a.buy(sale, "owner")).isEqualTo(Outcome.RESERVED);
        return sale;
    }

    @Nested
    class WhenNothingIsLeft {
        @Test
        void theGateRefusesForHalfOfTheRestAndThenAsksAgain() {
            SaleId sale = soldOutByOwner();
            awaitClosed(a, sale);
            long closedAt = System.nanoTime();

            awaitOpen(a, sale);

            assertThat(Duration.ofNanos(System.nanoTime() - closedAt))
                    .isLessThan(LocalNode.REST.dividedBy(2).plusMillis(100));
            assertThat(a.buy(sale, "eve")).isEqualTo(Outcome.SOLD_OUT);
            assertThat(isClosed(a, sale)).isTrue();
        }

        @Test
        void whatANodeHeardCountsFromWhenItAsked() throws InterruptedException {
            SaleId sale = soldOutByOwner();
            long askedAt = System.nanoTime();

            redis.freeze();
            CompletableFuture<Grant> grant;
            try {
                grant = a.ledger
                        .share(sale, "a", 1, Duration.ofSeconds(3), 0, 0)
                        .toCompletableFuture();
                Thread.sleep(300);
            } finally {
                redis.unfreeze();
            }

            assertThat(LocalNode.now(grant).heard().sentAtNanos() - askedAt)
                    .isLessThan(TimeUnit.MILLISECONDS.toNanos(250));
        }

        @Test
        void nearlyAllRefusalsCostNoCall() {
            SaleId sale = soldOutByOwner();
            awaitClosed(a, sale);
            long seconds = 2;
            long refusals = 0;
            shell.forgetCalls();

            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            while (System.nanoTime() - end < 0) {
                assertThat(a.buy(sale, stranger().value())).isEqualTo(Outcome.SOLD_OUT);
                refusals++;
            }

            long leases = seconds * 1_000 / LocalNode.REST.dividedBy(2).toMillis();
            assertThat(shell.scriptCalls()).isBetween(1L, leases + 2);
            assertThat(refusals).isGreaterThan(leases * 1_000);
        }

        /** Each reply closes the gate for half of the time that is left until the next tickets are on sale. */
        @Test
        void soDoTheyWhileTicketsComeBackAllTheTime() {
            int owners = 40;
            SaleId sale = a.putOn(owners);
            b.meet(sale);
            IntStream.range(0, owners)
                    .forEach(i -> assertThat(b.buy(sale, "owner" + i)).isEqualTo(Outcome.RESERVED));
            long refusals = 0;
            shell.forgetCalls();

            for (int i = 0; i < owners; i++) {
                b.cancel(sale, "owner" + i);
                long next = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
                while (System.nanoTime() - next < 0) {
                    refusals += a.buy(sale, stranger().value()) == Outcome.SOLD_OUT ? 1 : 0;
                }
            }

            assertThat(refusals).isGreaterThan(10 * shell.scriptCalls());
            assertThat(a.meet(sale).reserved()).as("sold again meanwhile").isPositive();
        }

        @Test
        void oneCallTellsAllWhoComeWhenTheLeaseHasEnded() {
            SaleId sale = soldOutByOwner();
            awaitClosed(a, sale);
            awaitOpen(a, sale);
            shell.forgetCalls();

            List<CompletableFuture<Answer>> crowd = IntStream.range(0, 500)
                    .mapToObj(i -> a.ask(sale, stranger().value()))
                    .toList();

            assertThat(crowd)
                    .allSatisfy(answer -> assertThat(LocalNode.now(answer)).isEqualTo(Answer.SOLD_OUT));
            assertThat(shell.scriptCalls()).isEqualTo(1);
        }

        @Test
        void whoWonAndNeverHeardOfItGetsTheReservationAtAnotherNode() {
            SaleId sale = soldOutByOwner();

            Answer again = b.buy(sale, "owner", "key", 1);

            assertThat(again.outcome()).isEqualTo(Outcome.ALREADY_RESERVED);
            assertThat(again.reservation().status()).isEqualTo(ReservationStatus.RESERVED);
        }

        @Test
        void whoWonIsNotRefusedTogetherWithThoseWhoDidNot() {
            SaleId sale = soldOutByOwner();

            List<CompletableFuture<Answer>> crowd = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                crowd.add(b.ask(sale, stranger().value()));
            }
            CompletableFuture<Answer> owner = b.ask(sale, "owner");
            CompletableFuture<Answer> twice = b.ask(sale, "owner");

            assertThat(crowd)
                    .allSatisfy(answer -> assertThat(LocalNode.now(answer)).isEqualTo(Answer.SOLD_OUT));
            assertThat(LocalNode.now(owner).outcome()).isEqualTo(Outcome.ALREADY_RESERVED);
            assertThat(LocalNode.now(twice).outcome()).isEqualTo(Outcome.ALREADY_RESERVED);
            assertThat(isClosed(b, sale)).isTrue();
        }

        @Test
        void whoWonLongAgoPassesTheGateOfANodeThatHasJustStarted() {
            SaleId sale = a.putOn(2);
            assertThat(a.buy(sale, "gone")).isEqualTo(Outcome.RESERVED);
            a.cancel(sale, "gone");
            assertThat(a.buy(sale, "owner")).isEqualTo(Outcome.RESERVED);
            tickUntil(a, () -> a.stock.standing(sale).remaining() == 1);
            assertThat(a.buy(sale, "other")).isEqualTo(Outcome.RESERVED);

            try (LocalNode restarted = LocalNode.start(redis, "b")) {
                awaitClosed(restarted, sale);

                assertThat(restarted.buy(sale, "owner")).isEqualTo(Outcome.ALREADY_RESERVED);
                assertThat(restarted.buy(sale, "other")).isEqualTo(Outcome.ALREADY_RESERVED);
                assertThat(restarted.buy(sale, "gone", "key", 1).reservation().status())
                        .isEqualTo(ReservationStatus.CANCELLED);
                assertThat(restarted.buy(sale, "eve")).isEqualTo(Outcome.SOLD_OUT);
            }
        }

        @Test
        void whoWantsTwoWhenOneIsLeftHearsSoAndTheOneIsStillSold() {
            SaleId sale = a.putOn(1);

            Answer two = a.buy(sale, "ann", "two", 2);

            assertThat(two).isEqualTo(new Answer(Outcome.NOT_ENOUGH, null, "1"));
            assertThat(isClosed(a, sale)).isFalse();
            assertThat(a.buy(sale, "ann", "one", 1).outcome()).isEqualTo(Outcome.RESERVED);
        }

        @Test
        void whoAsksForAnArchivedSaleHearsThatThereIsNone() {
            SaleId sale = soldOutByOwner();
            a.cancel(sale, "owner");
            LocalNode.now(a.ledger.change(sale, new Change(SaleState.CLOSED, null)));
            LocalNode.now(a.ledger.change(sale, new Change(SaleState.ARCHIVED, null)));
            awaitOpen(a, sale);

            assertThat(a.buy(sale, "eve")).isEqualTo(Outcome.NO_SALE);
            assertThat(b.buy(sale, "eve")).isEqualTo(Outcome.NO_SALE);
        }
    }

    @Nested
    class WhenATicketComesBack {
        @Test
        void everyNodeSellsItAgainSoon() {
            SaleId sale = a.putOn(2);
            b.meet(sale);
            assertThat(a.buy(sale, "ann")).isEqualTo(Outcome.RESERVED);
            assertThat(b.buy(sale, "bob")).isEqualTo(Outcome.RESERVED);
            assertThat(a.buy(sale, "eve")).isEqualTo(Outcome.SOLD_OUT);
            assertThat(b.buy(sale, "eve")).isEqualTo(Outcome.SOLD_OUT);

            assertThat(a.cancel(sale, "ann").result()).isEqualTo(Released.Result.CANCELLED);
            assertThat(a.cancel(sale, "bob").result()).isEqualTo(Released.Result.CANCELLED);

            tickUntil(a, () -> a.buy(sale, stranger().value()) == Outcome.RESERVED);
            tickUntil(b, () -> b.buy(sale, stranger().value()) == Outcome.RESERVED);
            assertThat(a.meet(sale).reserved()).isEqualTo(2);
        }

        @Test
        void nobodyGetsItBeforeEveryGateHasOpened() {
            SaleId sale = soldOutByOwner();
            assertThat(b.buy(sale, "eve")).isEqualTo(Outcome.SOLD_OUT);
            assertThat(isClosed(b, sale)).isTrue();

            assertThat(a.cancel(sale, "owner").result()).isEqualTo(Released.Result.CANCELLED);
            boolean isOnSale = false;
            boolean isRefusedAtB = true;
            long end = System.nanoTime()
                    + LocalNode.REST.multipliedBy(2).plus(SLACK).toNanos();
            while (!isOnSale && System.nanoTime() - end < 0) {
                a.tick();
                isOnSale = a.meet(sale).standing().remaining() > 0;
                isRefusedAtB = isClosed(b, sale);
            }

            assertThat(isOnSale).isTrue();
            assertThat(isRefusedAtB).isFalse();
            assertThat(b.buy(sale, "late")).isEqualTo(Outcome.BUSY);
            assertThat(b.buy(sale, "late")).isEqualTo(Outcome.RESERVED);
        }

        @Test
        void itIsPutOnSaleByTheTimerThoughNobodyAsks() {
            SaleId sale = soldOutByOwner();
            a.cancel(sale, "owner");

            tickUntil(a, () -> a.stock.standing(sale).remaining() == 1);

            assertThat(a.stock.standing(sale).returning()).isZero();
        }

        @Test
        void anAttemptAcceptedBeforeItCameBackTakesNothing() {
            SaleId sale = soldOutByOwner();
            b.meet(sale);
            Attempt old = b.accept(sale, "ann", "key", 1);
            a.cancel(sale, "owner");
            tickUntil(a, () -> a.stock.standing(sale).remaining() == 1);

            Answer late = LocalNode.now(b.ask(old));

            assertThat(late).isEqualTo(Answer.BUSY);
            assertThat(b.meet(sale).standing().remaining()).isEqualTo(1);
            assertThat(b.buy(sale, "ann", "key", 1).outcome()).isEqualTo(Outcome.RESERVED);
        }
    }

    @Nested
    class TheShare {
        @Test
        void isTheNodesPartOfWhatIsLeftPlusTheBuffer() {
            try (LocalNode one = LocalNode.start(redis, buffered("one", 1));
                    LocalNode three = LocalNode.start(redis, buffered("three", 3))) {
                SaleId sale = one.putOn(100);
                three.meet(sale);
                assertThat(one.buy(sale, "ann")).isEqualTo(Outcome.RESERVED);
                assertThat(three.buy(sale, "bob")).isEqualTo(Outcome.RESERVED);

                one.tick();
                three.tick();

                // 98 left, of which a quarter and three, with half as much again
                await().atMost(SLACK).untilAsserted(() -> {
                    assertThat(one.stock.localStock(sale)).isEqualTo(36);
                    assertThat(three.stock.localStock(sale)).isEqualTo(98);
                });
            }
        }

        @Test
        void growsAtOnceWhenAnotherNodeStops() {
            try (LocalNode one = LocalNode.start(redis, buffered("stays", 1));
                    LocalNode three = LocalNode.start(redis, buffered("stops", 3))) {
                SaleId sale = one.putOn(100);
                three.meet(sale);
                assertThat(one.buy(sale, "ann")).isEqualTo(Outcome.RESERVED);
                assertThat(three.buy(sale, "bob")).isEqualTo(Outcome.RESERVED);
                one.tick();
                await().atMost(SLACK).until(() -> one.stock.localStock(sale) == 36);

                LocalNode.now(three.stock.leave());
                one.tick();

                await().atMost(SLACK).until(() -> one.stock.localStock(sale) == 98);
                assertThat(three.buy(sale, "cid")).as("who still asks there").isEqualTo(Outcome.RESERVED);
            }
        }

        private static StockConfig buffered(String name, int weight) {
            return new StockConfig(name, weight, 50, Duration.ofSeconds(30), LocalNode.REST, 100);
        }

        @Test
        void asksForMoreWhenItIsUsedUpAndNeverRefuses() {
            SaleId sale = a.putOn(20);
            b.meet(sale);
            assertThat(b.buy(sale, "bob")).isEqualTo(Outcome.RESERVED);

            List<Outcome> outcomes =
                    IntStream.range(1, 20).mapToObj(i -> a.buy(sale, "ann" + i)).toList();

            assertThat(outcomes).containsOnly(Outcome.RESERVED);
        }

        @Test
        void ofTheSmallestNodeIsEnoughForTheLastTicket() {
            try (LocalNode small = LocalNode.start(redis, LocalNode.settings("small", 1));
                    LocalNode large = LocalNode.start(redis, LocalNode.settings("large", 9))) {
                SaleId sale = large.putOn(2);
                small.meet(sale);
                assertThat(large.buy(sale, "ann")).isEqualTo(Outcome.RESERVED);

                Grant grant = LocalNode.now(small.ledger.share(sale, "small", 1, Duration.ofSeconds(3), 1, 0));

                assertThat(grant.tickets()).isEqualTo(1);
                assertThat(small.buy(sale, "bob")).isEqualTo(Outcome.RESERVED);
            }
        }

        @Test
        void comesBackWhenAnAttemptTookNothing() {
            SaleId sale = a.putOn(LocalNode.sale(10, 0, 1));
            assertThat(a.buy(sale, "ann")).isEqualTo(Outcome.RESERVED);
            assertThat(a.stock.localStock(sale)).isEqualTo(9);

            assertThat(a.buy(sale, "ann", "another", 1).outcome()).isEqualTo(Outcome.LIMIT_REACHED);
            assertThat(a.buy(sale, "ann", "key", 1).outcome()).isEqualTo(Outcome.ALREADY_RESERVED);

            await().atMost(SLACK)
                    .untilAsserted(() -> assertThat(a.stock.localStock(sale)).isEqualTo(9));
            assertThat(a.stock.localSales(sale)).isEqualTo(1);
        }

        @Test
        void shrinksToWhatWasHeardToBeLeft() {
            SaleId sale = a.putOn(10);
            b.meet(sale);
            assertThat(a.buy(sale, "ann")).isEqualTo(Outcome.RESERVED);
            assertThat(b.buy(sale, "bob", "key", 7).outcome()).isEqualTo(Outcome.RESERVED);

            a.meet(sale);

            assertThat(a.stock.localStock(sale)).isEqualTo(2);
        }

        @Test
        void lastsUntilEverythingIsSoldWhateverTheWeights() {
            int capacity = 400;
            try (LocalNode one = LocalNode.start(redis, LocalNode.settings("one", 1));
                    LocalNode three = LocalNode.start(redis, LocalNode.settings("three", 3))) {
                SaleId sale = one.putOn(capacity);
                three.meet(sale);
                int reserved = 0;

                for (int wave = 0; reserved < capacity; wave++) {
                    List<CompletableFuture<Answer>> answers = new ArrayList<>();
                    for (int i = 0; i < 12; i++) {
                        answers.add((i % 4 == 0 ? one : three).ask(sale, "buyer" + wave + "-" + i));
                    }
                    List<Outcome> outcomes = answers.stream()
                            .map(answer -> LocalNode.now(answer).outcome())
                            .toList();
                    int won = (int)
                            outcomes.stream().filter(Outcome.RESERVED::equals).count();
                    reserved += won;
                    assertThat(outcomes).containsAnyOf(Outcome.RESERVED);
                    assertThat(won == answers.size() || reserved == capacity)
                            .as("%s after %d of %d were sold", outcomes, reserved, capacity)
                            .isTrue();
                }

                assertThat(one.buy(sale, "late")).isEqualTo(Outcome.SOLD_OUT);
                assertThat(three.buy(sale, "late")).isEqualTo(Outcome.SOLD_OUT);
            }
        }

        @Test
        void ofADeadNodeIsSoldByTheOthers() {
            SaleId sale = a.putOn(10);
            try (LocalNode dead = LocalNode.start(redis, LocalNode.settings("dead", 9))) {
                dead.meet(sale);
                assertThat(dead.buy(sale, "ann")).isEqualTo(Outcome.RESERVED);
                assertThat(dead.stock.localStock(sale)).isEqualTo(9);
            }

            List<Outcome> outcomes =
                    IntStream.range(0, 9).mapToObj(i -> a.buy(sale, "bob" + i)).toList();

            assertThat(outcomes).containsOnly(Outcome.RESERVED);
        }
    }

    @Nested
    class WhenTheLedgerIsInTrouble {
        private static final Duration TIMEOUT = Duration.ofMillis(300);

        private static LocalNode node(RedisServer server, int mostWaiting) {
            return LocalNode.start(
                    Ledgers.config(server.address(), TIMEOUT, Duration.ofMillis(900)),
                    new StockConfig("node", 1, 0, Duration.ofSeconds(3), LocalNode.REST, mostWaiting),
                    (attempts, nanos) -> {});
        }

        @Test
        void aLostReplyToTheCallForMoreIsAskedForAgain() {
            try (RedisServer frozen = RedisServer.start();
                    LocalNode node = node(frozen, 10)) {
                SaleId sale = node.putOn(5);

                frozen.freeze();
                CompletableFuture<Answer> first;
                try {
                    first = node.ask(sale, "ann");
                    assertThat(LocalNode.now(first)).isEqualTo(Answer.BUSY);
                } finally {
                    frozen.unfreeze();
                }

                await().atMost(SLACK)
                        .untilAsserted(() -> assertThat(node.buy(sale, "ann")).isEqualTo(Outcome.RESERVED));
            }
        }

        @Test
        void noMoreWaitForAShareThanMay() {
            try (RedisServer frozen = RedisServer.start();
                    LocalNode node = node(frozen, 2)) {
                SaleId sale = node.putOn(5);

                frozen.freeze();
                try {
                    CompletableFuture<Answer> first = node.ask(sale, "ann");
                    CompletableFuture<Answer> second = node.ask(sale, "bob");
                    CompletableFuture<Answer> third = node.ask(sale, "eve");

                    assertThat(third).isCompletedWithValue(Answer.BUSY);
                    assertThat(first).isNotDone();
                    assertThat(second).isNotDone();
                    assertThat(LocalNode.now(first)).isEqualTo(Answer.BUSY);
                    assertThat(LocalNode.now(second)).isEqualTo(Answer.BUSY);
                } finally {
                    frozen.unfreeze();
                }

                await().atMost(SLACK)
                        .untilAsserted(() -> assertThat(node.buy(sale, "eve")).isEqualTo(Outcome.RESERVED));
            }
        }

        @Test
        void afterARestartTheGateKnowsTheOldOwnersAndTheOldStampsTakeNothing() {
            try (RedisServer mortal = RedisServer.start();
                    LocalNode node = LocalNode.start(mortal, "node")) {
                SaleId soldOut = node.putOn(1);
                SaleId sale = node.putOn(2);
                assertThat(node.buy(soldOut, "owner")).isEqualTo(Outcome.RESERVED);
                assertThat(node.buy(sale, "owner")).isEqualTo(Outcome.RESERVED);
                awaitClosed(node, soldOut);

                mortal.kill();
                mortal.restart();
                Attempt old = node.accept(sale, "bob", "old", 1);
                await().atMost(Duration.ofSeconds(15)).pollInterval(TICK).until(() -> {
                    node.tick();
                    node.buy(sale, "nobody", "never", 2);
                    return node.stock.standing(sale).epoch() == 2;
                });

                assertThat(LocalNode.now(node.ask(old)).outcome()).isEqualTo(Outcome.BUSY);
                assertThat(node.meet(sale).standing().remaining()).isEqualTo(1);
                assertThat(node.buy(sale, "bob", "old", 1).outcome()).isEqualTo(Outcome.RESERVED);
                await().atMost(Duration.ofSeconds(15)).pollInterval(TICK).until(() -> {
                    node.tick();
                    return node.buy(soldOut, stranger().value()) == Outcome.SOLD_OUT;
                });
                assertThat(node.stock.standing(soldOut).epoch()).isEqualTo(2);
                assertThat(node.buy(soldOut, "owner")).isEqualTo(Outcome.ALREADY_RESERVED);
            }
        }
    }
}
