package dev.seckill.ledger;

import dev.seckill.trade.Answer;
import dev.seckill.trade.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Sends the attempts on one sale to the ledger, everybody who waits together: one call and one write to disk for all.
 *
 * <p>Group commit. At most one batch is on its way; those who come meanwhile form the next one, so a batch grows with
 * the load and nobody waits for a timer. The next one leaves from the answering threads, behind the answers to the last:
 * at once when they have time, and when they have not, sending sooner would only make it smaller. Bounds: past
 * {@code mostWaiting} an attempt is BUSY at once; one whose deadline passes in the queue is BUSY too, it was never sent. A
 * batch whose answer does not come is sent again, the same ids with the same stamps, until its deadlines have passed; what
 * is then still open is UNKNOWN.
 */
final class DeductionBatcher {
    /** Sends one batch. Fails with {@link LedgerAway} if nothing was taken, with anything else if that is in doubt. */
    interface Sender {
        CompletionStage<List<Answer>> send(List<Attempt> attempts);
    }

    private static final CompletionStage<Answer> BUSY = CompletableFuture.completedStage(Answer.BUSY);
    private static final long RESEND_MS = 50;
    private static final Set<Outcome> MAY_CHANGE = EnumSet.of(Outcome.NOT_OPEN, Outcome.LIMIT_REACHED, Outcome.NO_SALE);

    /** Below this an answer is not worth a second thread. */
    private static final int LEAST_CHUNK = 8;

    private final Sender sender;
    private final LedgerConfig config;
    private final LongSupplier ledgerNowMs;
    private final Executor answering;
    private final Queue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean sending = new AtomicBoolean();
    private final AtomicInteger looks = new AtomicInteger();

    DeductionBatcher(Sender sender, LedgerConfig config, LongSupplier ledgerNowMs, Executor answering) {
        this.sender = sender;
        this.config = config;
        this.ledgerNowMs = ledgerNowMs;
        this.answering = answering;
    }

    CompletionStage<Answer> submit(Attempt attempt) {
        if (waiting.incrementAndGet() > config.mostWaiting()) {
            waiting.decrementAndGet();
            return BUSY;
        }
        Waiting mine = new Waiting(attempt);
        queue.add(mine);
        sendNext();
        return mine;
    }

    int waiting() {
        return waiting.get();
    }

    private void sendNext() {
        // One thread at a time looks, and looks again if somebody wanted to meanwhile: nobody is left behind, and what
        // answers at once makes no deep stack.
        if (looks.getAndIncrement() > 0) {
            return;
        }
        int seen = 1;
        do {
            while (!queue.isEmpty() && sending.compareAndSet(false, true)) {
                List<Waiting> batch = nextBatch();
                if (batch.isEmpty()) {
                    sending.set(false);
                } else {
                    send(batch, false);
                }
            }
            seen = looks.addAndGet(-seen);
        } while (seen > 0);
    }

    private List<Waiting> nextBatch() {
        long now = ledgerNowMs.getAsLong();
        List<Waiting> batch = new ArrayList<>();
        List<Waiting> late = new ArrayList<>();
        while (batch.size() < config.batchSize()) {
            Waiting next = queue.poll();
            if (next == null) {
                break;
            }
            waiting.decrementAndGet();
            (next.attempt.deadlineMs() < now ? late : batch).add(next);
        }
        answerAll(late, Answer.BUSY);
        return batch;
    }

    private void send(List<Waiting> batch, boolean sentBefore) {
        List<Attempt> attempts = new ArrayList<>(batch.size());
        for (Waiting each : batch) {
            attempts.add(each.attempt);
        }
        CompletionStage<List<Answer>> sent;
        try {
            sent = sender.send(attempts);
        } catch (RuntimeException e) {
            sent = CompletableFuture.failedStage(e);
        }
        sent.whenComplete((answers, fault) -> {
            if (fault == null) {
                answer(batch, sentBefore ? afterDoubt(answers) : answers);
                answering.execute(this::free);
            } else if (LedgerAway.is(fault) && !sentBefore) {
                free();
                answerAll(batch, Answer.BUSY);
            } else {
                CompletableFuture.delayedExecutor(RESEND_MS, TimeUnit.MILLISECONDS)
                        .execute(() -> sendAgain(batch));
            }
        });
    }

    /** The first sending may still be on its way, and what refuses now may have changed when it arrives. */
    private static List<Answer> afterDoubt(List<Answer> answers) {
        return answers.stream()
                .map(answer -> MAY_CHANGE.contains(answer.outcome()) ? Answer.UNKNOWN : answer)
                .toList();
    }

    private void sendAgain(List<Waiting> batch) {
        long now = ledgerNowMs.getAsLong();
        List<Waiting> open = new ArrayList<>();
        List<Waiting> late = new ArrayList<>();
        for (Waiting each : batch) {
            (each.attempt.deadlineMs() < now ? late : open).add(each);
        }
        answerAll(late, Answer.UNKNOWN);
        if (open.isEmpty()) {
            free();
        } else {
            send(open, true);
        }
    }

    private void free() {
        sending.set(false);
        sendNext();
    }

    private void answerAll(List<Waiting> batch, Answer answer) {
        if (!batch.isEmpty()) {
            answer(batch, Collections.nCopies(batch.size(), answer));
        }
    }

    /** Answers on threads of their own: resuming a response costs more than the batch. */
    private void answer(List<Waiting> batch, List<Answer> answers) {
        int chunk = Math.max(LEAST_CHUNK, (batch.size() + config.answerThreads() - 1) / config.answerThreads());
        for (int from = 0; from < batch.size(); from += chunk) {
            int first = from;
            int end = Math.min(batch.size(), from + chunk);
            answering.execute(() -> {
                for (int i = first; i < end; i++) {
                    batch.get(i).complete(answers.get(i));
                }
            });
        }
    }

    private static final class Waiting extends CompletableFuture<Answer> {
        private final Attempt attempt;

        Waiting(Attempt attempt) {
            this.attempt = attempt;
        }
    }
}
