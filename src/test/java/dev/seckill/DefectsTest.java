package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import dev.seckill.ledger.Attempt;
import dev.seckill.ledger.LedgerConfig;
import dev.seckill.ledger.Ledgers;
import dev.seckill.ledger.Released;
import dev.seckill.purchase.WorkingStatLog;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.Price;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What went wrong in systems that sold tickets this way before, and must not here: a story each. Touches one Redis, others
 * where one is harmed, and a file.
 */
@Timeout(60)
class DefectsTest {
    private static RedisServer redis;
    private static LocalNode a;
    private static LocalNode b;

    @BeforeAll
    static void open() {
        redis = RedisServer.start();
        a = LocalNode.start(redis, "a");
        b = LocalNode.start(redis, "b");
    }

    @AfterAll
    static void close() {
        a.close();
        b.close();
        redis.close();
    }

    private static LedgerConfig hasty(RedisServer server) {
        return Ledgers.config(server.address(), Duration.ofMillis(300), Duration.ofSeconds(2));
    }

    private static LocalNode hastyNode(RedisServer server) {
        return LocalNode.start(hasty(server), LocalNode.settings("node", 1), (attempts, nanos) -> {});
    }

    private static List<Outcome> outcomes(Collection<CompletableFuture<Answer>> answers) {
        return answers.stream().map(answer -> LocalNode.now(answer).outcome()).toList();
    }

    private static long remaining(LocalNode node, SaleId sale) {
        return node.meet(sale).standing().remaining();
    }

    /** The check was {@code total >= sold}, so the last ticket was sold twice. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8, 13})
    void asManyWinAsThereAreTickets(int capacity) {
        SaleId sale = a.putOn(capacity);
        b.meet(sale);

        List<CompletableFuture<Answer>> answers = IntStream.range(0, capacity * 3)
                .mapToObj(i -> (i % 2 == 0 ? a : b).ask(sale, "buyer" + i))
                .toList();

        assertThat(outcomes(answers).stream().filter(Outcome.RESERVED::equals)).hasSize(capacity);
        assertThat(a.meet(sale).reserved()).isEqualTo(capacity);
        assertThat(remaining(a, sale)).isZero();
    }

    /** Each node counted a sale before it compared, so its last ticket was never sold, and refusals were counted too. */
    @Test
    void aNodeSellsItsShareToTheLastTicket() {
        int share = 10;
        SaleId sale = a.putOn(share);

        for (int sold = 1; sold <= share; sold++) {
            assertThat(a.buy(sale, "buyer" + sold)).isEqualTo(Outcome.RESERVED);
            assertThat(a.stock.localStock(sale)).isEqualTo(share - sold);
        }

        assertThat(a.buy(sale, "late")).isEqualTo(Outcome.SOLD_OUT);
        assertThat(a.stock.localSales(sale)).isEqualTo(share);
    }

    /** A connection was taken for each request and never given back, so after 12 000 everybody heard "sold out". */
    @Nested
    class TheConnectionThatNeverCameBack {
        @Test
        void aThousandPurchasesOneAfterAnotherNeedTwoConnections() {
            int purchases = 1_000;
            LedgerConfig few =
                    Ledgers.config(redis.address(), Duration.ofSeconds(1), Duration.ofSeconds(3), 2, 128, 4_096);
            try (LocalNode node = LocalNode.start(few, LocalNode.settings("few", 1), (attempts, nanos) -> {})) {
                SaleId sale = node.putOn(purchases);

                List<Outcome> outcomes = IntStream.range(0, purchases)
                        .mapToObj(i -> node.buy(sale, "buyer" + i))
                        .toList();

                assertThat(outcomes).containsOnly(Outcome.RESERVED);
            }
        }

        @Test
        void whoFindsNoRoomOrNoAnswerIsNotToldSoldOut() {
            try (RedisServer frozen = RedisServer.start();
                    LocalNode node = LocalNode.start(
                            Ledgers.config(frozen.address(), Duration.ofMillis(200), Duration.ofMillis(400), 1, 2, 5),
                            LocalNode.settings("node", 1),
                            (attempts, nanos) -> {})) {
                SaleId sale = node.putOn(1_000);
                assertThat(node.buy(sale, "first")).isEqualTo(Outcome.RESERVED);

                frozen.freeze();
                List<Outcome> outcomes;
                try {
                    outcomes = outcomes(IntStream.range(0, 100)
                            .mapToObj(i -> node.ask(sale, "buyer" + i))
                            .toList());
                } finally {
                    frozen.unfreeze();
                }

                assertThat(outcomes).containsOnly(Outcome.BUSY, Outcome.UNKNOWN);
                await().atMost(Duration.ofSeconds(10))
                        .untilAsserted(() -> assertThat(node.buy(sale, "last")).isEqualTo(Outcome.RESERVED));
            }
        }
    }

    /** A call that failed had used up a local ticket, so a short outage emptied every node. */
    @Test
    void aFailedCallCostsTheNodeNoTicket() {
        try (RedisServer mortal = RedisServer.start();
                LocalNode node = hastyNode(mortal)) {
            SaleId sale = node.putOn(10);
            assertThat(node.buy(sale, "first")).isEqualTo(Outcome.RESERVED);
            assertThat(node.stock.localStock(sale)).isEqualTo(9);

            mortal.kill();
            List<Outcome> outcomes = outcomes(IntStream.range(0, 20)
                    .mapToObj(i -> node.ask(sale, "unlucky" + i))
                    .toList());

            assertThat(outcomes).containsAnyOf(Outcome.BUSY, Outcome.UNKNOWN).doesNotContain(Outcome.SOLD_OUT);
            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(node.stock.localStock(sale)).isEqualTo(9));
        }
    }

    /** Redis down, the key missing and sold out were one answer, and the crowd went home in all three cases. */
    @Test
    void eachTroubleHasANameOfItsOwn() {
        try (RedisServer mortal = RedisServer.start();
                LocalNode node = hastyNode(mortal)) {
            SaleId soldOut = node.putOn(1);
            SaleId missing = node.putOn(10);
            SaleId away = node.putOn(10);
            assertThat(List.of(node.buy(soldOut, "first"), node.buy(missing, "first"), node.buy(away, "first")))
                    .containsOnly(Outcome.RESERVED);
            assertThat(node.buy(soldOut, "late")).isEqualTo(Outcome.SOLD_OUT);

            new RedisShell(mortal).ask("DEL seckill:{" + missing + "}:stock");
            assertThat(node.buy(missing, "ann")).as("lost, to be rebuilt").isEqualTo(Outcome.BUSY);
            assertThat(node.buy(new SaleId("nobodys"), "ann")).isEqualTo(Outcome.NO_SALE);

            mortal.kill();
            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(node.buy(away, "ann")).isEqualTo(Outcome.BUSY));
        }
    }

    /** The ticket was deducted, the reply got lost: the seat was gone and nobody had it. */
    @Test
    void aLostReplyStillHasAnOwner() throws InterruptedException {
        try (RedisServer frozen = RedisServer.start();
                LocalNode node = hastyNode(frozen);
                LocalNode other = LocalNode.start(hasty(frozen), LocalNode.settings("other", 1), (n, t) -> {})) {
            SaleId sale = node.putOn(10);
            other.meet(sale);
            assertThat(node.buy(sale, "first")).isEqualTo(Outcome.RESERVED);

            frozen.freeze();
            CompletableFuture<Answer> answer = node.ask(sale, "ann");
            Thread.sleep(500);
            assertThat(answer).isNotDone();
            frozen.unfreeze();

            assertThat(LocalNode.now(answer).outcome()).isIn(Outcome.RESERVED, Outcome.ALREADY_RESERVED);
            assertThat(other.buy(sale, "ann")).isEqualTo(Outcome.ALREADY_RESERVED);
            assertThat(remaining(other, sale)).isEqualTo(8);
        }
    }

    /** One lock was held during the call to Redis, so all waited in a row and each paid for a call. */
    @Test
    void nobodyWaitsInARowAndThoseWhoWaitTogetherAreOneCall() {
        int crowd = 100;
        List<Integer> batches = Collections.synchronizedList(new ArrayList<>());
        try (RedisServer frozen = RedisServer.start();
                LocalNode node = LocalNode.start(
                        Ledgers.config(frozen.address(), Duration.ofSeconds(5), Duration.ofSeconds(9)),
                        LocalNode.settings("node", 1),
                        (attempts, nanos) -> batches.add(attempts))) {
            SaleId sale = node.putOn(1_000);
            assertThat(node.buy(sale, "first")).isEqualTo(Outcome.RESERVED);

            frozen.freeze();
            List<CompletableFuture<Answer>> answers;
            try {
                long start = System.nanoTime();
                answers = IntStream.range(0, crowd)
                        .mapToObj(i -> node.ask(sale, "buyer" + i))
                        .toList();
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
                assertThat(answers).noneMatch(CompletableFuture::isDone);
            } finally {
                frozen.unfreeze();
            }

            assertThat(outcomes(answers)).containsOnly(Outcome.RESERVED);
            assertThat(batches).containsExactly(1, 1, crowd - 1);
        }
    }

    /** There was no buyer, no limit, no order and no time: one hand could take all the tickets, before the doors opened. */
    @Nested
    class TheSaleWithoutRules {
        @Test
        void nobodyHoldsMoreThanTheLimitHoweverManyNodesAreAsked() {
            SaleId sale = a.putOn(LocalNode.sale(100, 0, 2));
            b.meet(sale);

            List<CompletableFuture<Answer>> answers = IntStream.range(0, 20)
                    .mapToObj(i -> {
                        LocalNode node = i % 2 == 0 ? a : b;
                        return node.ask(node.accept(sale, "greedy", "key" + i, 1));
                    })
                    .toList();

            assertThat(outcomes(answers).stream().filter(Outcome.RESERVED::equals))
                    .hasSize(2);
            assertThat(outcomes(answers)).containsOnly(Outcome.RESERVED, Outcome.LIMIT_REACHED);
            assertThat(remaining(a, sale)).isEqualTo(98);
        }

        @Test
        void whoGaveOneBackMayHaveAnother() {
            SaleId sale = a.putOn(LocalNode.sale(10, 0, 1));
            assertThat(a.buy(sale, "ann")).isEqualTo(Outcome.RESERVED);

            a.cancel(sale, "ann");

            assertThat(a.buy(sale, "ann", "another", 1).outcome()).isEqualTo(Outcome.RESERVED);
        }

        @Test
        void aReservationNamesItsBuyerAndWhenItIsDue() {
            SaleId sale = a.putOn(10);

            Reservation reservation = a.buy(sale, "ann", "key", 2).reservation();

            assertThat(reservation.buyer()).isEqualTo(new BuyerId("ann"));
            assertThat(reservation.quantity()).isEqualTo(2);
            assertThat(reservation.dueMs() - reservation.reservedAtMs())
                    .isEqualTo(Duration.ofHours(1).toMillis());
        }

        @Test
        void nobodyBuysBeforeItOpens() {
            long now = new RedisShell(redis).nowMs();
            SaleId sale = a.putOn(LocalNode.sale(10, now + 60_000, 1));

            assertThat(a.buy(sale, "early", "key", 1)).isEqualTo(Answer.NOT_YET);

            assertThat(remaining(a, sale)).isEqualTo(10);
        }
    }

    /** The log was opened for each request, which then waited for the disk. */
    @Nested
    class TheLogThatWasOpenedPerRequest {
        @TempDir
        private Path folder;

        @Test
        void aRequestDoesNotWaitForTheDisk() throws IOException {
            Path file = folder.resolve("stat.log");
            CountDownLatch diskIsBack = new CountDownLatch(1);
            try (WorkingStatLog log = new WorkingStatLog(file, writing -> () -> {
                try {
                    diskIsBack.await();
                    writing.run();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            })) {
                CompletableFuture<Void> requests = CompletableFuture.runAsync(() -> {
                    for (int i = 1; i <= 70_000; i++) {
                        log.write(true, i);
                    }
                });

                assertThat(requests).succeedsWithin(Duration.ofSeconds(3));
                assertThat(log.dropped()).isBetween(1L, 70_000L - 1);
                assertThat(file).doesNotExist();

                diskIsBack.countDown();
                await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(file)
                        .content()
                        .startsWith("result:1,localSales:1\nresult:1,localSales:2\n"));
            }
        }

        @Test
        void theFileIsOpenedOnceForAllRequests() throws IOException {
            Path file = folder.resolve("stat.log");
            Path moved = folder.resolve("moved.log");
            try (WorkingStatLog log = new WorkingStatLog(file, writing -> writing)) {
                log.write(true, 145);
                awaitContent(file, "result:1,localSales:145\n");

                Files.move(file, moved);
                log.write(false, 150);
                awaitContent(moved, "result:1,localSales:145\nresult:0,localSales:150\n");
                log.write(false, 151);
            }

            assertThat(file).doesNotExist();
            assertThat(moved).content().endsWith("result:0,localSales:151\n");
        }

        private static void awaitContent(Path file, String content) {
            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(file).exists().hasContent(content));
        }
    }

    /** Each duplicate took a ticket; a later check dropped the order and left the ticket with nobody. */
    @Nested
    class TheDuplicateThatStrandedATicket {
        @Test
        void aBuyerWhoPressesManyTimesHasOneTicket() {
            SaleId sale = a.putOn(100);
            b.meet(sale);

            List<CompletableFuture<Answer>> answers = IntStream.range(0, 40)
                    .mapToObj(i -> (i % 2 == 0 ? a : b).ask(sale, "eager"))
                    .toList();

            assertThat(outcomes(answers).stream().filter(Outcome.RESERVED::equals))
                    .hasSize(1);
            assertThat(outcomes(answers)).containsOnly(Outcome.RESERVED, Outcome.ALREADY_RESERVED);
            assertThat(remaining(a, sale)).isEqualTo(99);
        }

        @Test
        void aTicketComesBackExactlyOnceHoweverOftenItIsCancelled() {
            SaleId sale = a.putOn(10);
            b.meet(sale);
            assertThat(a.buy(sale, "ann")).isEqualTo(Outcome.RESERVED);
            BuyerId ann = new BuyerId("ann");
            ReservationId id = ReservationId.derive(sale, ann, new IdempotencyKey("key"));

            List<Released.Result> results = IntStream.range(0, 20)
                    .mapToObj(i ->
                            (i % 2 == 0 ? a : b).stock.release(id, ann, true).toCompletableFuture())
                    .toList()
                    .stream()
                    .map(released -> LocalNode.now(released).result())
                    .toList();

            assertThat(results)
                    .containsOnlyOnce(Released.Result.CANCELLED)
                    .containsOnly(Released.Result.CANCELLED, Released.Result.ALREADY_ENDED);
            await().atMost(Duration.ofSeconds(5))
                    .pollInterval(Duration.ofMillis(100))
                    .untilAsserted(() -> {
                        a.tick();
                        assertThat(remaining(a, sale)).isEqualTo(10);
                    });
        }
    }

    /** Once a process had said "sold out" it said so for ever, whatever was given back. */
    @Test
    void aTicketGivenBackAfterSoldOutIsSoldAgain() {
        SaleId sale = a.putOn(1);
        b.meet(sale);
        assertThat(a.buy(sale, "ann")).isEqualTo(Outcome.RESERVED);
        assertThat(List.of(a.buy(sale, "bob"), b.buy(sale, "bob"))).containsOnly(Outcome.SOLD_OUT);

        a.cancel(sale, "ann");

        await().atMost(LocalNode.REST.plusSeconds(3))
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> {
                    b.tick();
                    assertThat(b.buy(sale, "bob")).isEqualTo(Outcome.RESERVED);
                });
    }

    /** A node that was started again sold its part anew, and the part of one that was dead nobody sold. */
    @Test
    void aDeadNodesPartIsSoldByTheOthersAndNotTwiceByItself() {
        SaleId sale = a.putOn(30);
        b.meet(sale);
        LocalNode mortal = LocalNode.start(redis, LocalNode.settings("mortal", 8));
        mortal.meet(sale);
        for (int i = 0; i < 5; i++) {
            assertThat(mortal.buy(sale, "early" + i)).isEqualTo(Outcome.RESERVED);
        }
        assertThat(mortal.stock.localStock(sale)).isPositive();

        mortal.close();
        try (LocalNode again = LocalNode.start(redis, LocalNode.settings("mortal", 8))) {
            again.meet(sale);
            List<Outcome> others = IntStream.range(0, 20)
                    .mapToObj(i -> (i % 2 == 0 ? a : b).buy(sale, "other" + i))
                    .toList();
            List<Outcome> itself = IntStream.range(0, 10)
                    .mapToObj(i -> again.buy(sale, "late" + i))
                    .toList();

            assertThat(others).containsOnly(Outcome.RESERVED);
            assertThat(itself.subList(0, 5)).containsOnly(Outcome.RESERVED);
            assertThat(itself.subList(5, 10)).containsOnly(Outcome.SOLD_OUT);
        }
        assertThat(a.meet(sale).reserved()).isEqualTo(30);
        Ledgers.auditedMovements(redis, sale);
    }

    /** The job that expired unpaid orders was commented out, or died half-way. */
    @Test
    void whatNobodyPaidComesBackAlthoughRedisIsKilledMeanwhile() throws InterruptedException {
        int unpaid = 500;
        try (RedisServer mortal = RedisServer.start();
                LocalNode node = hastyNode(mortal)) {
            SaleId sale = node.putOn(new SaleDefinition(
                    new SaleId("unpaid"), "A concert", unpaid, new Price(1, "EUR"), 0, 0, Duration.ofSeconds(1), 1));
            assertThat(outcomes(IntStream.range(0, unpaid)
                            .mapToObj(i -> node.ask(sale, "early" + i))
                            .toList()))
                    .containsOnly(Outcome.RESERVED);
            Thread.sleep(1_200);

            node.tick();
            mortal.kill();
            mortal.restart();

            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(100))
                    .ignoreExceptions()
                    .until(() -> {
                        node.tick();
                        return remaining(node, sale) == unpaid;
                    });
            assertThat(node.buy(sale, "late")).isEqualTo(Outcome.RESERVED);
            assertThat(Ledgers.auditedMovements(mortal, sale).stream()
                            .filter(each -> each.kind().equals("EXPIRED"))
                            .flatMap(each -> each.parts().stream()))
                    .hasSize(unpaid);
        }
    }

    /** Whoever was logged in could cancel anybody's order. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nobodyGivesBackWhatAnotherOwns(boolean claimsTheKey) {
        SaleId sale = a.putOn(10);
        ReservationId anns = a.buy(sale, "ann", "key", 1).reservation().id();

        Released released = LocalNode.now(b.stock.release(anns, new BuyerId("mallory"), claimsTheKey));

        assertThat(released).isEqualTo(new Released(Released.Result.NOT_FOUND, null));
        assertThat(a.buy(sale, "ann", "key", 1).reservation().status()).isEqualTo(ReservationStatus.RESERVED);
        assertThat(a.meet(sale).standing().returning()).isZero();
        assertThat(remaining(a, sale)).isEqualTo(9);
    }

    /** Every node opened and closed the sale by its own clock. */
    @Nested
    class TheNodeWhoseClockWasOff {
        private static final long HOUR_MS = 3_600_000;

        @Test
        void theLedgersClockOpensTheSaleForANodeThatIsFast() {
            RedisShell shell = new RedisShell(redis);
            long opensAt = shell.nowMs() + 600;
            SaleId sale = a.putOn(LocalNode.sale(10, opensAt, 1));
            int[] attempts = {0};

            await().atMost(Duration.ofSeconds(5))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> {
                        Answer answer = fast(sale, "ann" + attempts[0]++);
                        if (answer.outcome() == Outcome.RESERVED) {
                            assertThat(answer.reservation().reservedAtMs()).isGreaterThanOrEqualTo(opensAt);
                            return true;
                        }
                        assertThat(answer).isEqualTo(Answer.NOT_YET);
                        return false;
                    });

            assertThat(attempts[0]).as("it was asked before it opened").isGreaterThan(1);
            assertThat(shell.nowMs()).isGreaterThanOrEqualTo(opensAt);
        }

        /** Its node believes that it is an hour later, in all that it sends. */
        private Answer fast(SaleId sale, String buyer) {
            Attempt right = a.accept(sale, buyer, "key", 1);
            return LocalNode.now(a.ask(new Attempt(
                    right.id(), right.buyer(), right.quantity(), right.stamp(), right.deadlineMs() + HOUR_MS)));
        }

        /** A library does, for the few minutes that a provider's signature is good: no ticket hangs on that either. */
        @Test
        void nobodyAsksTheClockOfTheNode() {
            ArchRuleDefinition.noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            // when a token ends is between its issuer and this node; no ticket hangs on it
                            "dev.seckill.identity", "dev.seckill.signin")
                    .should()
                    .callMethod(System.class, "currentTimeMillis")
                    .orShould()
                    .callMethod(java.time.Instant.class, "now")
                    .orShould()
                    .callMethod(java.time.Clock.class, "systemUTC")
                    .check(new ClassFileImporter()
                            .withImportOption(new ImportOption.DoNotIncludeTests())
                            .importPath("target/classes"));
        }
    }
}
