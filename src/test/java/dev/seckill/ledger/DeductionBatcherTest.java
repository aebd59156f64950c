package dev.seckill.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seckill.trade.Answer;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The ledger, the clock and the answering threads are the test's. Touches memory. */
@Timeout(30)
class DeductionBatcherTest {
    private static final SaleId SALE = new SaleId("sale");
    private static final long DEADLINE = 1_000;
    private static final int BATCH = 3;
    private static final int MOST_WAITING = 5;
    private static final Answer RESERVED = new Answer(Outcome.RESERVED);

    private final AtomicLong nowMs = new AtomicLong();
    private final Queue<Runnable> toAnswer = new ConcurrentLinkedQueue<>();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final DeductionBatcher batcher = new DeductionBatcher(
            attempts -> {
                Call call = new Call(attempts, new CompletableFuture<>());
                calls.add(call);
                return call.reply;
            },
            settings(BATCH, MOST_WAITING),
            nowMs::get,
            toAnswer::add);

    private record Call(List<Attempt> attempts, CompletableFuture<List<Answer>> reply) {
        void answers(Answer answer) {
            reply.complete(Collections.nCopies(attempts.size(), answer));
        }

        void failsAs(RuntimeException fault) {
            reply.completeExceptionally(fault);
        }
    }

    private static LedgerConfig settings(int batchSize, int mostWaiting) {
        return Ledgers.config(
                "redis://nowhere:1", Duration.ofSeconds(1), Duration.ofSeconds(3), 1, batchSize, mostWaiting);
    }

    private static Attempt attempt(long deadlineMs) {
        return new Attempt(ReservationId.random(SALE), new BuyerId("ann"), 1, new Stamp(1, 1), deadlineMs);
    }

    private static Attempt attempt() {
        return attempt(DEADLINE);
    }

    private CompletableFuture<Answer> submit(Attempt attempt) {
        return batcher.submit(attempt).toCompletableFuture();
    }

    private void comes(Attempt attempt) {
        batcher.submit(attempt);
    }

    private void answer() {
        for (Runnable task = toAnswer.poll(); task != null; task = toAnswer.poll()) {
            task.run();
        }
    }

    private Call call(int number) {
        await().atMost(Duration.ofSeconds(5)).pollInterval(Duration.ofMillis(5)).untilAsserted(() -> {
            answer();
            assertThat(calls).hasSizeGreaterThan(number);
        });
        return calls.get(number);
    }

    private void awaitAnswer(CompletableFuture<Answer> answer) {
        await().atMost(Duration.ofSeconds(5)).pollInterval(Duration.ofMillis(5)).untilAsserted(() -> {
            answer();
            assertThat(answer).isDone();
        });
    }

    @Nested
    class WhileABatchIsOnItsWay {
        @Test
        void whoComesAloneIsSentAtOnce() {
            Attempt first = attempt();

            comes(first);

            assertThat(call(0).attempts()).containsExactly(first);
        }

        @Test
        void thoseWhoComeMeanwhileFormTheNextOne() {
            Attempt first = attempt();
            Attempt second = attempt();
            Attempt third = attempt();

            comes(first);
            comes(second);
            comes(third);
            assertThat(calls).hasSize(1);
            call(0).answers(RESERVED);

            assertThat(call(1).attempts()).containsExactly(second, third);
        }

        @Test
        void aBatchTakesNoMoreThanItsBoundAndTheRestGoWithTheNext() {
            List<Attempt> attempts =
                    IntStream.range(0, 6).mapToObj(i -> attempt()).toList();

            attempts.forEach(DeductionBatcherTest.this::comes);
            call(0).answers(RESERVED);
            call(1).answers(RESERVED);

            assertThat(call(1).attempts()).isEqualTo(attempts.subList(1, 4));
            assertThat(call(2).attempts()).isEqualTo(attempts.subList(4, 6));
        }

        @Test
        void theNextOneLeavesWhenAnAnsweringThreadHasTimeForIt() {
            CompletableFuture<Answer> first = submit(attempt());
            comes(attempt());
            call(0).answers(RESERVED);
            Attempt meanwhile = attempt();
            comes(meanwhile);

            assertThat(calls).hasSize(1);
            answer();

            assertThat(first).isCompletedWithValue(RESERVED);
            assertThat(calls).hasSize(2);
            assertThat(call(1).attempts()).hasSize(2).contains(meanwhile);
        }

        @Test
        void aBuyerWhoTakesLongToAnswerHoldsUpNoBatchWhileAnotherThreadIsFree() {
            CompletableFuture<Answer> first = submit(attempt());
            comes(attempt());
            call(0).answers(RESERVED);

            Runnable slow = toAnswer.poll();
            answer();

            assertThat(calls).hasSize(2);
            assertThat(first).isNotDone();
            slow.run();
            assertThat(first).isCompletedWithValue(RESERVED);
        }
    }

    @Nested
    class AtItsBounds {
        @Test
        void whoFindsTheQueueFullHearsBusyAtOnceAndIsNeverSent() {
            comes(attempt());
            List<Attempt> waiting =
                    IntStream.range(0, MOST_WAITING).mapToObj(i -> attempt()).toList();
            waiting.forEach(DeductionBatcherTest.this::comes);

            CompletableFuture<Answer> oneTooMany = submit(attempt());

            assertThat(oneTooMany).isCompletedWithValue(Answer.BUSY);
            assertThat(batcher.waiting()).isEqualTo(MOST_WAITING);
            call(0).answers(RESERVED);
            call(1).answers(RESERVED);
            call(2).answers(RESERVED);
            assertThat(calls.stream()
                            .skip(1)
                            .flatMap(call -> call.attempts().stream())
                            .toList())
                    .isEqualTo(waiting);
        }

        @Test
        void thereIsRoomAgainWhenABatchHasLeft() {
            for (int i = 0; i <= MOST_WAITING; i++) {
                comes(attempt());
            }

            call(0).answers(RESERVED);
            answer();

            assertThat(batcher.waiting()).isEqualTo(MOST_WAITING - BATCH);
            assertThat(submit(attempt())).isNotDone();
        }

        @Test
        void whoseDeadlinePassesInTheQueueHearsBusyAndIsNeverSent() {
            comes(attempt());
            CompletableFuture<Answer> late = submit(attempt(DEADLINE));
            Attempt later = attempt(DEADLINE + 1);
            comes(later);

            nowMs.set(DEADLINE + 1);
            call(0).answers(RESERVED);
            answer();

            assertThat(late).isCompletedWithValue(Answer.BUSY);
            assertThat(call(1).attempts()).containsExactly(later);
        }

        @Test
        void aQueueOfNothingButLateOnesHoldsUpNobody() {
            comes(attempt());
            List<CompletableFuture<Answer>> late = IntStream.range(0, MOST_WAITING)
                    .mapToObj(i -> submit(attempt()))
                    .toList();

            nowMs.set(DEADLINE + 1);
            call(0).answers(RESERVED);
            answer();

            assertThat(late).allSatisfy(answer -> assertThat(answer).isCompletedWithValue(Answer.BUSY));
            Attempt next = attempt(DEADLINE + 2);
            comes(next);
            assertThat(call(1).attempts()).containsExactly(next);
        }

        @Test
        void aLongQueueIsWorkedOffWhenEveryCallIsRefusedAtOnce() {
            int crowd = 4_096;
            CompletableFuture<List<Answer>> slow = new CompletableFuture<>();
            Queue<CompletionStage<List<Answer>>> replies = new ConcurrentLinkedQueue<>(List.of(slow));
            DeductionBatcher patient = new DeductionBatcher(
                    attempts ->
                            replies.isEmpty() ? CompletableFuture.failedStage(new LedgerAway("away")) : replies.poll(),
                    settings(1, crowd),
                    nowMs::get,
                    Runnable::run);
            List<CompletableFuture<Answer>> answers = IntStream.range(0, crowd)
                    .mapToObj(i -> patient.submit(attempt()).toCompletableFuture())
                    .toList();

            slow.complete(List.of(RESERVED));

            assertThat(answers.stream().filter(answer -> !answer.isDone()).count())
                    .isZero();
        }
    }

    @Nested
    class WhenTheLedgerFails {
        @Test
        void allOfABatchHearBusyIfItWasNotAsked() {
            CompletableFuture<Answer> alone = submit(attempt());
            List<CompletableFuture<Answer>> together =
                    IntStream.range(0, BATCH).mapToObj(i -> submit(attempt())).toList();

            call(0).failsAs(new LedgerAway("away"));
            call(1).failsAs(new LedgerAway("away"));
            answer();

            assertThat(alone).isCompletedWithValue(Answer.BUSY);
            assertThat(together).allSatisfy(answer -> assertThat(answer).isCompletedWithValue(Answer.BUSY));
        }

        @Test
        void theNextBuyersAreSentAllTheSame() {
            comes(attempt());
            call(0).failsAs(new LedgerAway("away"));

            CompletableFuture<Answer> next = submit(attempt());
            call(1).answers(RESERVED);
            answer();

            assertThat(next).isCompletedWithValue(RESERVED);
        }

        @Test
        void whatIsInDoubtIsAskedAgainWithTheSameIdAndStamp() {
            Attempt attempt = attempt();
            CompletableFuture<Answer> answer = submit(attempt);

            call(0).failsAs(new LedgerInDoubt("no answer", null));
            assertThat(call(1).attempts()).containsExactly(attempt);
            answer();
            assertThat(answer).isNotDone();
            call(1).answers(RESERVED);
            answer();

            assertThat(answer).isCompletedWithValue(RESERVED);
        }

        @Test
        void noRefusalOfASecondSendingIsFinalThatMayChangeBeforeTheFirstArrives() {
            CompletableFuture<Answer> limited = submit(attempt());

            call(0).failsAs(new LedgerInDoubt("no answer", null));
            call(1).answers(new Answer(Outcome.LIMIT_REACHED, null, "2"));
            answer();

            assertThat(limited).isCompletedWithValue(Answer.UNKNOWN);
        }

        @Test
        void nobodyOvertakesABatchInDoubt() {
            Attempt inDoubt = attempt();
            Attempt next = attempt();
            comes(inDoubt);
            comes(next);

            call(0).failsAs(new LedgerInDoubt("no answer", null));

            assertThat(call(1).attempts()).containsExactly(inDoubt);
            call(1).answers(RESERVED);
            assertThat(call(2).attempts()).containsExactly(next);
        }

        @Test
        void whatIsStillInDoubtAtItsDeadlineIsUnknown() {
            CompletableFuture<Answer> answer = submit(attempt());

            nowMs.set(DEADLINE);
            call(0).failsAs(new LedgerInDoubt("no answer", null));
            call(1).failsAs(new LedgerInDoubt("no answer", null));
            nowMs.set(DEADLINE + 1);
            awaitAnswer(answer);

            assertThat(answer).isCompletedWithValue(Answer.UNKNOWN);
            assertThat(calls.size()).isBetween(2, 3);
        }

        @Test
        void onlyThoseStillInTimeAreAskedForAgain() {
            comes(attempt());
            CompletableFuture<Answer> late = submit(attempt(DEADLINE));
            Attempt inTime = attempt(DEADLINE + 1);
            CompletableFuture<Answer> answered = submit(inTime);
            call(0).answers(RESERVED);
            answer();

            nowMs.set(DEADLINE + 1);
            call(1).failsAs(new LedgerInDoubt("no answer", null));
            assertThat(call(2).attempts()).containsExactly(inTime);
            call(2).answers(RESERVED);
            answer();

            assertThat(late).isCompletedWithValue(Answer.UNKNOWN);
            assertThat(answered).isCompletedWithValue(RESERVED);
        }

        @Test
        void theLedgerBeingAwayLaterDoesNotTurnDoubtIntoBusy() {
            CompletableFuture<Answer> answer = submit(attempt());

            call(0).failsAs(new LedgerInDoubt("no answer", null));
            call(1).failsAs(new LedgerAway("away"));
            call(2);
            answer();
            assertThat(answer).isNotDone();
            nowMs.set(DEADLINE + 1);
            call(2).failsAs(new LedgerAway("away"));
            awaitAnswer(answer);

            assertThat(answer).isCompletedWithValue(Answer.UNKNOWN);
        }

        @Test
        void aCallThatCannotEvenBeMadeIsInDoubtUnlessTheLedgerIsAway() {
            Queue<RuntimeException> faults = new ConcurrentLinkedQueue<>(
                    List.of(new IllegalStateException("no answer"), new LedgerAway("away")));
            DeductionBatcher shaky = new DeductionBatcher(
                    attempts -> {
                        if (!faults.isEmpty()) {
                            throw faults.remove();
                        }
                        return CompletableFuture.completedStage(Collections.nCopies(attempts.size(), RESERVED));
                    },
                    settings(BATCH, MOST_WAITING),
                    nowMs::get,
                    toAnswer::add);

            CompletableFuture<Answer> doubted = shaky.submit(attempt()).toCompletableFuture();
            awaitAnswer(doubted);
            faults.add(new LedgerAway("away"));
            CompletableFuture<Answer> refused = shaky.submit(attempt()).toCompletableFuture();
            answer();

            assertThat(doubted).isCompletedWithValue(RESERVED);
            assertThat(refused).isCompletedWithValue(Answer.BUSY);
        }
    }

    @Test
    void eachBuyerGetsItsOwnAnswerHoweverManyShareABatch() {
        int crowd = 100;
        List<Call> crowded = new ArrayList<>();
        DeductionBatcher large = new DeductionBatcher(
                attempts -> {
                    crowded.add(new Call(attempts, new CompletableFuture<>()));
                    return crowded.get(crowded.size() - 1).reply();
                },
                settings(crowd, crowd),
                nowMs::get,
                toAnswer::add);
        CompletionStage<Answer> opening = large.submit(attempt());
        List<CompletableFuture<Answer>> answers = IntStream.range(0, crowd)
                .mapToObj(i -> large.submit(attempt()).toCompletableFuture())
                .toList();

        crowded.get(0).answers(RESERVED);
        answer();
        crowded.get(1)
                .reply()
                .complete(IntStream.range(0, crowd)
                        .mapToObj(i -> new Answer(Outcome.NOT_ENOUGH, null, Integer.toString(i)))
                        .toList());
        answer();

        assertThat(opening).isCompletedWithValue(RESERVED);
        assertThat(answers).allMatch(CompletableFuture::isDone);
        assertThat(answers)
                .extracting(answer -> answer.join().detail())
                .containsExactlyElementsOf(
                        IntStream.range(0, crowd).mapToObj(Integer::toString).toList());
    }

    /** Many threads, replies on other threads, and now and then trouble; the same trouble every time. */
    @Test
    void nobodyIsLeftBehindAndNobodyIsAnsweredTwice() throws InterruptedException {
        int threads = 4;
        int each = 3_000;
        Random trouble = new Random(12_306);
        AtomicInteger onTheirWay = new AtomicInteger();
        AtomicInteger mostOnTheirWay = new AtomicInteger();
        AtomicInteger won = new AtomicInteger();
        ExecutorService replies = Executors.newFixedThreadPool(2);
        ExecutorService answering = Executors.newFixedThreadPool(2);
        ExecutorService buyers = Executors.newFixedThreadPool(threads);
        DeductionBatcher busy = new DeductionBatcher(
                attempts -> {
                    mostOnTheirWay.accumulateAndGet(onTheirWay.incrementAndGet(), Math::max);
                    int luck = trouble.nextInt(100);
                    return CompletableFuture.supplyAsync(
                            () -> {
                                onTheirWay.decrementAndGet();
                                if (luck == 0) {
                                    throw new LedgerInDoubt("no answer", null);
                                }
                                if (luck < 5) {
                                    throw new LedgerAway("away");
                                }
                                won.addAndGet(attempts.size());
                                return Collections.nCopies(attempts.size(), RESERVED);
                            },
                            replies);
                },
                settings(64, threads * each),
                nowMs::get,
                answering);
        Queue<CompletableFuture<Answer>> answers = new ConcurrentLinkedQueue<>();
        CountDownLatch submitted = new CountDownLatch(threads);

        for (int i = 0; i < threads; i++) {
            buyers.execute(() -> {
                for (int n = 0; n < each; n++) {
                    CompletableFuture<Answer> answer = busy.submit(attempt()).toCompletableFuture();
                    answers.add(answer);
                    if (n % 10 == 0) {
                        answer.join();
                    }
                }
                submitted.countDown();
            });
        }

        try {
            assertThat(submitted.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)))
                    .succeedsWithin(Duration.ofSeconds(20));
        } finally {
            buyers.shutdownNow();
            replies.shutdownNow();
            answering.shutdownNow();
        }
        assertThat(mostOnTheirWay).hasValue(1);
        assertThat(answers).hasSize(threads * each);
        assertThat(answers.stream().map(CompletableFuture::join).filter(RESERVED::equals))
                .hasSize(won.get());
        assertThat(answers.stream()
                        .map(CompletableFuture::join)
                        .filter(answer -> !RESERVED.equals(answer))
                        .distinct())
                .containsExactly(Answer.BUSY);
        assertThat(busy.waiting()).isZero();
    }
}
