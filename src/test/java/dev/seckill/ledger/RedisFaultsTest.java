package dev.seckill.ledger;

import static dev.seckill.ledger.Bench.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.ledger.Released.Result;
import dev.seckill.trade.Answer;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;

/** What buyers hear when Redis dies, freezes, forgets or refuses. Touches one Redis for each test, and harms it. */
class RedisFaultsTest {
    private static final int TIMEOUT_MS = 300;
    private static final int BUDGET_MS = 1_000;

    /** The budget, one more timeout that began within it, and a busy machine. */
    private static final Duration IN_TIME = Duration.ofMillis(BUDGET_MS + TIMEOUT_MS + 700);

    private Bench bench;
    private Ledger node;
    private SaleOnRedis sale;

    private void begin(int capacity) {
        bench = new Bench();
        sale = bench.sale(capacity, 1);
        node = bench.node(bench.settings().patience(TIMEOUT_MS, BUDGET_MS));
        Bench.awaitSelling(node, sale);
        assertThat(await(node.deduct(attempt("first"))).outcome()).isEqualTo(Outcome.RESERVED);
    }

    @AfterEach
    void end() {
        if (bench != null) {
            bench.close();
        }
    }

    /** An attempt that the node accepts now; to be made while Redis answers. */
    private Attempt attempt(String buyer) {
        return sale.attempt(buyer, "key", 1, sale.stamp(), node.deadlineMs());
    }

    private static void pause(int ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    // --- a Redis that may forget ------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"appendonly, no", "appendfsync, everysec", "maxmemory-policy, allkeys-lru"})
    void sellsNothingOnARedisThatCanLoseATicketUnlessToldTo(String setting, String value) {
        bench = new Bench(setting + " " + value);
        sale = bench.sale(10, 1);
        Ledger strict = bench.node(bench.settings());
        Ledger daring = bench.node(bench.settings().notDurable());

        assertThat(await(strict.deduct(sale.attempt("ann", 1)))).isEqualTo(Answer.BUSY);
        assertThatThrownBy(() -> await(strict.create(Bench.definition(1, 1, 0, 0), SaleOnRedis.REST)))
                .hasCauseInstanceOf(SaleRefused.class);
        assertThat(await(daring.deduct(sale.attempt("bob", 1))).outcome()).isEqualTo(Outcome.RESERVED);

        assertThat(strict.notDurable()).contains(setting, value);
        assertThat(daring.notDurable()).isEmpty();
        assertThat(sale.books().number("reserved")).isEqualTo(1);

        bench.raw.ask("CONFIG", "SET", "appendonly", "yes");
        bench.raw.ask("CONFIG", "SET", "appendfsync", "always", "maxmemory-policy", "noeviction");
        strict.tend();
        assertThat(await(strict.deduct(sale.attempt("cid", 1))).outcome()).isEqualTo(Outcome.RESERVED);
    }

    @Test
    void stopsSellingWhenRedisMayForgetFromNowOn() {
        begin(10);
        bench.raw.ask("CONFIG", "SET", "appendfsync", "everysec");

        node.askWhetherDurable();

        assertThat(await(node.deduct(attempt("ann")))).isEqualTo(Answer.BUSY);
        assertThat(sale.books().number("reserved")).isEqualTo(1);
    }

    @Test
    void trustsNoRedisBeforeItHasSaidHowItKeepsTickets() {
        bench = new Bench();
        LedgerConfig config = bench.settings().patience(TIMEOUT_MS, BUDGET_MS).config();
        RedissonClient client = Redisson.create(RedissonConfig.of(config));
        Durability durability = new Durability(config);
        bench.server.freeze();

        assertThatThrownBy(() -> durability.problem(client)).isNotNull();
        String meanwhile = durability.lastProblem();
        bench.server.unfreeze();
        client.shutdown();

        assertThat(meanwhile).isNotEmpty();
    }

    // --- away -------------------------------------------------------------------------------------------------------

    @Test
    void isBusyAtOnceWhileRedisIsAwayAndSellsAgainWhenItIsBack() {
        begin(100);
        List<Attempt> attempts =
                IntStream.range(0, 30).mapToObj(i -> attempt("buyer" + i)).toList();
        bench.server.kill();

        List<Outcome> heard = new ArrayList<>();
        int slow = 0;
        for (Attempt attempt : attempts) {
            long askedAt = System.nanoTime();
            heard.add(await(node.deduct(attempt)).outcome());
            slow += System.nanoTime() - askedAt > 100_000_000 ? 1 : 0;
        }

        assertThat(heard.subList(0, 5)).isSubsetOf(Outcome.BUSY, Outcome.UNKNOWN);
        assertThat(heard.subList(5, 30)).containsOnly(Outcome.BUSY);
        assertThat(slow).as("buyers who waited until it was known").isLessThanOrEqualTo(3);

        bench.server.restart();
        Bench.awaitSelling(node, sale);
        assertThat(await(node.deduct(attempt("late"))).outcome()).isEqualTo(Outcome.RESERVED);
        assertThat(sale.books().number("reserved")).isEqualTo(2);
    }

    @Test
    void isBusyBeforeItsFirstContactAndSellsAfterIt() {
        bench = new Bench();
        sale = bench.sale(10, 1);
        Attempt early = sale.attempt("ann", 1);
        bench.server.kill();

        node = bench.node(bench.settings().patience(TIMEOUT_MS, BUDGET_MS));

        assertThat(node.notDurable()).isNotEmpty();
        assertThat(await(node.deduct(early))).isEqualTo(Answer.BUSY);
        bench.server.restart();
        Bench.awaitSelling(node, sale);
        assertThat(await(node.deduct(attempt("ann"))).outcome()).isEqualTo(Outcome.RESERVED);
    }

    @Test
    void itsClockGoesOnWhileRedisIsAway() {
        begin(10);
        pause(300);
        long before = node.nowMs();
        bench.server.kill();

        node.askWhetherDurable();

        assertThat(node.nowMs()).isGreaterThanOrEqualTo(before);
    }

    // --- another run of it ------------------------------------------------------------------------------------------

    @Test
    void sellsOnAfterARestartOnceTheSaleIsAdoptedAndOnlyToWhoeverAskedSince() {
        begin(10);
        Stamp before = sale.stamp();
        bench.server.kill();
        bench.server.restart();
        bench.raw.ask("PING");

        org.awaitility.Awaitility.await()
                .ignoreExceptions()
                .until(() -> await(node.show(sale.id)).orElseThrow().recovering());
        assertThat(await(node.deduct(attempt("bob")))).isEqualTo(Answer.BUSY);
        assertThat(sale.books().number("reserved")).isEqualTo(1);
        Bench.awaitSelling(node, sale);

        assertThat(await(node.deduct(SaleOnRedis.knowing(before, attempt("ann")))))
                .as("knew the epoch before")
                .isEqualTo(Answer.BUSY);
        assertThat(await(node.deduct(attempt("first"))).outcome()).isEqualTo(Outcome.ALREADY_RESERVED);
        assertThat(await(node.deduct(attempt("bob"))).outcome()).isEqualTo(Outcome.RESERVED);
        Books books = sale.books();
        assertThat(books.number("epoch")).isEqualTo(2);
        assertThat(books.movementNames()).containsExactly("CREATED", "RESERVED", "ADOPTED", "RESERVED");
    }

    @Test
    void isAdoptedOnlyWhenEveryNodeHasSaidHowFarItHasSeen() {
        begin(10);
        bench.server.kill();
        bench.server.restart();
        bench.raw.ask("PING");

        assertThat(sale.adopt(0, 0, 60_000)).isEqualTo("WAITING");
        assertThat(sale.adopt(1, 9, 60_000)).isEqualTo("LOST:1-9");
        assertThat(sale.adopt(0, 0)).as("who knows less asks last").isEqualTo("LOST:1-9");

        assertThat(sale.books().number("epoch")).isEqualTo(1);
    }

    @Test
    void sellsNothingOnARedisThatLostItsLastMovements() {
        begin(10);
        Path data = Path.of((String) bench.raw.list("CONFIG", "GET", "dir").get(1));
        Path olderCopy = data.resolveSibling(data.getFileName() + "-older");
        copy(data.resolve("appendonlydir"), olderCopy);
        assertThat(await(node.deduct(attempt("ann"))).outcome()).isEqualTo(Outcome.RESERVED);

        bench.server.kill();
        copy(olderCopy, data.resolve("appendonlydir"));
        bench.server.restart();
        for (int second = 0; second < 5; second++) {
            node.tend();
            await(node.show(sale.id).handle((shown, fault) -> null));
            assertThat(await(node.deduct(attempt("buyer" + second)))).isEqualTo(Answer.BUSY);
            pause(150);
        }

        assertThat(sale.adopt(1, 3)).isEqualTo("LOST:1-3");
        Books books = sale.books();
        assertThat(books.number("epoch")).isEqualTo(1);
        assertThat(books.number("reserved")).isEqualTo(1);
        assertThat(await(node.show(sale.id)).orElseThrow().recovering()).isTrue();
    }

    @Test
    void knowsAnArchivedSaleAsArchivedAfterARestart() {
        begin(10);
        SaleOnRedis archived = bench.sale(10, 1);
        archived.changeState("CLOSED");
        assertThat(archived.archive()).isEqualTo("ARCHIVED");
        bench.server.kill();
        bench.server.restart();
        Bench.awaitSelling(node, sale);

        Sale shown = await(node.show(archived.id)).orElseThrow();

        assertThat(shown.state()).isEqualTo(SaleState.ARCHIVED);
        assertThat(shown.recovering()).as("nothing to take over").isFalse();
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.list(from)) {
            Files.createDirectories(to);
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // --- silent -----------------------------------------------------------------------------------------------------

    @Test
    void saysUnknownWithinTheBudgetAndTakesNothingFromThenOn() {
        begin(10);
        Attempt attempt = attempt("ann");
        bench.server.freeze();

        long askedAt = System.nanoTime();
        Answer answer = await(node.deduct(attempt));
        Duration waited = Duration.ofNanos(System.nanoTime() - askedAt);
        pause(BUDGET_MS + 100 - (int) Math.min(BUDGET_MS, waited.toMillis()));
        bench.server.unfreeze();

        assertThat(answer).isEqualTo(Answer.UNKNOWN);
        assertThat(waited).isLessThan(IN_TIME);
        Bench.awaitSelling(node, sale);
        Found found = await(node.find(attempt.id(), attempt.deadlineMs()));
        assertThat(found.reservation()).isNull();
        assertThat(found.nowMs()).isGreaterThan(attempt.deadlineMs());
        assertThat(sale.books().number("reserved")).isEqualTo(1);
        assertThat(await(node.deduct(attempt("ann"))).outcome()).isEqualTo(Outcome.RESERVED);
    }

    @Test
    void reservesOnceWhenTheAnswerIsLateAndItAsksAgain() {
        begin(10);
        Attempt attempt = attempt("ann");
        bench.server.freeze();

        CompletionStage<Answer> asked = node.deduct(attempt);
        pause(TIMEOUT_MS + 100);
        bench.server.unfreeze();
        Outcome outcome = await(asked).outcome();

        assertThat(outcome).isIn(Outcome.RESERVED, Outcome.ALREADY_RESERVED);
        assertThat(sale.books().number("reserved")).isEqualTo(2);
        assertThat(await(node.deduct(attempt)).outcome()).isEqualTo(Outcome.ALREADY_RESERVED);
    }

    @Test
    void returnsTicketsOnceWhenTheAnswerToACancellationIsLate() {
        begin(10);
        Attempt owned = attempt("first");
        bench.server.freeze();

        CompletionStage<Released> asked = node.release(owned.id(), owned.buyer(), true);
        pause(TIMEOUT_MS + 100);
        bench.server.unfreeze();

        assertThat(await(asked).result()).isIn(Result.CANCELLED, Result.ALREADY_ENDED);
        assertThat(sale.books().number("remaining")).isEqualTo(10);
        assertThat(sale.books().movementNames()).containsOnlyOnce("CANCELLED");
    }

    @Test
    void saysUnknownToACancellationThatNobodyAnswers() {
        begin(10);
        Attempt owned = attempt("first");
        bench.server.freeze();

        long askedAt = System.nanoTime();
        Released released = await(node.release(owned.id(), owned.buyer(), true));
        Duration waited = Duration.ofNanos(System.nanoTime() - askedAt);
        bench.server.unfreeze();

        assertThat(released.result()).isEqualTo(Result.UNKNOWN);
        assertThat(waited).isLessThan(IN_TIME);
    }

    @Test
    void keepsItsWordWhenRedisDiesWithTheRequestOnItsWay() {
        begin(10);
        Attempt attempt = attempt("ann");
        bench.server.freeze();

        CompletionStage<Answer> asked = node.deduct(attempt);
        pause(50);
        bench.server.kill();
        bench.server.restart();
        Outcome outcome = await(asked).outcome();
        Bench.awaitSelling(node, sale);

        assertThat(outcome).isIn(Outcome.UNKNOWN, Outcome.BUSY);
        assertThat(sale.books().reservations()).doesNotContainKey(attempt.id().code());
        assertThat(await(node.deduct(attempt("ann"))).outcome()).isEqualTo(Outcome.RESERVED);
        assertThat(sale.books().number("reserved")).isEqualTo(2);
    }

    @Test
    void saysUnknownWhenRedisDiesWithTheRequestOnItsWayAndStaysAway() {
        begin(10);
        Attempt attempt = attempt("ann");
        bench.server.freeze();

        long askedAt = System.nanoTime();
        CompletionStage<Answer> asked = node.deduct(attempt);
        pause(50);
        bench.server.kill();
        Answer answer = await(asked);

        assertThat(answer).isEqualTo(Answer.UNKNOWN);
        assertThat(Duration.ofNanos(System.nanoTime() - askedAt)).isLessThan(IN_TIME);
    }

    /** The first sending did reserve, its answer was lost, and what answers the second one has not looked. */
    @Test
    void saysUnknownWhileItCannotBeKnownWhetherTheFirstSendingReserved() {
        begin(10);
        Attempt attempt = attempt("ann");
        assertThat(sale.deduct(attempt)).containsExactly("RESERVED");
        bench.server.freeze();

        CompletionStage<Answer> asked = node.deduct(attempt);
        pause(50);
        bench.server.kill();
        bench.server.restart();
        Outcome outcome = await(asked).outcome();

        assertThat(outcome).isEqualTo(Outcome.UNKNOWN);
        Bench.awaitSelling(node, sale);
        assertThat(await(node.deduct(attempt("ann"))).outcome()).isEqualTo(Outcome.ALREADY_RESERVED);
    }

    @Test
    void saysUnknownWhileItCannotBeKnownWhetherTheFirstSendingCancelled() {
        begin(10);
        Attempt owned = attempt("first");
        assertThat(sale.release(owned, SaleOnRedis.LONGEST_REST_MS)).startsWith("CANCELLED");
        bench.server.freeze();

        CompletionStage<Released> asked = node.release(owned.id(), owned.buyer(), true);
        pause(50);
        bench.server.kill();
        bench.server.restart();
        Result result = await(asked).result();

        assertThat(result).isEqualTo(Result.UNKNOWN);
        Bench.awaitSelling(node, sale);
        assertThat(await(node.release(owned.id(), owned.buyer(), true)).result())
                .isEqualTo(Result.ALREADY_ENDED);
    }

    @Test
    void letsOneCallTryEverySoOftenWhileRedisIsSilent() {
        begin(10);
        Attempt owned = attempt("first");
        bench.server.freeze();
        for (int i = 0; i < 3; i++) {
            assertThat(faultOfFinding(owned)).isInstanceOf(LedgerInDoubt.class);
        }
        assertThat(faultOfFinding(owned)).isInstanceOf(LedgerAway.class);

        pause(550);
        List<CompletionStage<Throwable>> asked = IntStream.range(0, 10)
                .mapToObj(i -> node.find(owned.id(), owned.deadlineMs()).handle((found, fault) -> fault.getCause()))
                .toList();
        List<Throwable> faults = asked.stream().map(Bench::await).toList();
        bench.server.unfreeze();

        assertThat(faults).filteredOn(LedgerInDoubt.class::isInstance).hasSize(1);
        Bench.awaitSelling(node, sale);
    }

    private Throwable faultOfFinding(Attempt attempt) {
        return await(node.find(attempt.id(), attempt.deadlineMs()).handle((found, fault) -> fault.getCause()));
    }

    // --- refusing and forgetting ------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"maxmemory 1", "min-replicas-to-write 1"})
    void isBusyAndTakesNothingWhileRedisRefusesToWrite(String setting) {
        begin(10);
        String[] words = setting.split(" ", 2);
        Attempt owned = attempt("first");
        bench.raw.ask("CONFIG", "SET", words[0], words[1]);

        for (int i = 0; i < 5; i++) {
            assertThat(await(node.deduct(attempt("buyer" + i)))).isEqualTo(Answer.BUSY);
        }
        assertThat(await(node.release(owned.id(), owned.buyer(), true)).result())
                .isEqualTo(Result.BUSY);

        assertThat(sale.books().number("reserved")).isEqualTo(1);
        bench.raw.ask("CONFIG", "SET", words[0], "0");
        assertThat(await(node.deduct(attempt("late"))).outcome()).isEqualTo(Outcome.RESERVED);
    }

    @Test
    void sellsOnWhenRedisHasForgottenTheScripts() {
        begin(10);

        for (int i = 0; i < 3; i++) {
            bench.raw.ask("SCRIPT", "FLUSH");
            assertThat(await(node.deduct(attempt("buyer" + i))).outcome()).isEqualTo(Outcome.RESERVED);
        }

        assertThat(sale.books().number("reserved")).isEqualTo(4);
    }

    // --- bounds -----------------------------------------------------------------------------------------------------

    @Test
    void isBusyForWhoeverFindsTheQueueFullAndStillRightAfterwards() {
        bench = new Bench();
        sale = bench.sale(1_000, 1);
        node = bench.node(bench.settings().connections(2).batches(10, 50));
        Bench.awaitSelling(node, sale);
        long sold = 0;

        for (int round = 0; round < 3; round++) {
            String name = "round" + round + "-";
            Stamp stamp = sale.stamp();
            long deadlineMs = node.deadlineMs();
            bench.server.freeze();
            List<CompletableFuture<Answer>> asked = IntStream.range(0, 150)
                    .mapToObj(i -> node.deduct(sale.attempt(name + i, "key", 1, stamp, deadlineMs))
                            .toCompletableFuture())
                    .toList();
            List<CompletionStage<Found>> alsoAsked = IntStream.range(0, 100)
                    .mapToObj(i -> node.find(
                            sale.attempt(name + i, "key", 1, stamp, deadlineMs).id(), deadlineMs))
                    .toList();
            long busyAtOnce = asked.stream()
                    .filter(CompletableFuture::isDone)
                    .map(Bench::await)
                    .filter(Answer.BUSY::equals)
                    .count();
            bench.server.unfreeze();
            List<Outcome> heard =
                    asked.stream().map(Bench::await).map(Answer::outcome).toList();

            assertThat(busyAtOnce)
                    .as("150 less 50 waiting and a batch on its way")
                    .isBetween(90L, 100L);
            assertThat(Set.copyOf(heard)).containsExactlyInAnyOrder(Outcome.RESERVED, Outcome.BUSY);
            assertThat(heard).filteredOn(Outcome.BUSY::equals).hasSize((int) busyAtOnce);
            assertThat(alsoAsked.stream().map(Bench::await)).doesNotContainNull();
            sold += 150 - busyAtOnce;
            assertThat(sale.books().number("reserved")).isEqualTo(sold);
            assertThat(node.waiting()).isZero();
        }

        assertThat(await(node.deduct(attempt("late"))).outcome()).isEqualTo(Outcome.RESERVED);
    }

    @Test
    void isBusyForWhoeverWaitedPastTheDeadlineWithoutBeingSent() {
        bench = new Bench();
        sale = bench.sale(10, 1);
        node = bench.node(bench.settings().patience(TIMEOUT_MS, BUDGET_MS).batches(1, 50));
        Bench.awaitSelling(node, sale);
        List<Attempt> attempts =
                IntStream.range(0, 3).mapToObj(i -> attempt("buyer" + i)).toList();
        bench.server.freeze();

        List<Outcome> heard = attempts.stream().map(node::deduct).toList().stream()
                .map(Bench::await)
                .map(Answer::outcome)
                .toList();
        bench.server.unfreeze();

        assertThat(heard).containsExactly(Outcome.UNKNOWN, Outcome.BUSY, Outcome.BUSY);
        Bench.awaitSelling(node, sale);
        assertThat(sale.books().reservations()).isEmpty();
    }
}
