package dev.seckill.ledger;

import dev.seckill.trade.Answer;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * Buyers who go through the batcher at the same time are answered as if they had gone one after another: each of them is,
 * and no more win than there are tickets. The ledger is a counter that is safe only if one batch at a time reaches it.
 * Touches memory.
 */
@Param(name = "buyer", gen = IntGen.class, conf = "0:3")
public class DeductionBatcherLincheckTest {
    private static final int CAPACITY = 2;

    /** Derived beforehand: hashing is nothing to check interleavings of. */
    private static final List<Attempt> ATTEMPTS = IntStream.rangeClosed(0, 3)
            .mapToObj(i -> new Attempt(
                    ReservationId.random(new SaleId("sale")), new BuyerId("buyer" + i), 1, new Stamp(1, 1), 1_000))
            .toList();

    private static final LedgerConfig SETTINGS =
            Ledgers.config("redis://nowhere:1", Duration.ofSeconds(1), Duration.ofSeconds(3), 1, 2, 100);

    private final Set<ReservationId> reserved = new HashSet<>();
    private int onTheirWay;
    private boolean overtaken;
    private final DeductionBatcher batcher = new DeductionBatcher(this::deduct, SETTINGS, () -> 0, Runnable::run);

    private CompletionStage<List<Answer>> deduct(List<Attempt> attempts) {
        overtaken |= ++onTheirWay > 1;
        List<Answer> answers = new ArrayList<>();
        for (Attempt attempt : attempts) {
            if (reserved.contains(attempt.id())) {
                answers.add(new Answer(Outcome.ALREADY_RESERVED));
            } else if (reserved.size() == CAPACITY) {
                answers.add(Answer.SOLD_OUT);
            } else {
                reserved.add(attempt.id());
                answers.add(new Answer(Outcome.RESERVED));
            }
        }
        onTheirWay--;
        return CompletableFuture.completedStage(answers);
    }

    @Operation
    public Outcome buy(@Param(name = "buyer") int buyer) {
        return batcher.submit(ATTEMPTS.get(buyer)).toCompletableFuture().join().outcome();
    }

    @Validate
    public void oneBatchAtATimeAndNobodyWaitsInTheEnd() {
        if (overtaken || batcher.waiting() != 0) {
            throw new IllegalStateException("overtaken: " + overtaken + ", waiting: " + batcher.waiting());
        }
    }

    @Test
    void answersAsIfOneBoughtAfterAnother() {
        new ModelCheckingOptions()
                .sequentialSpecification(OneByOne.class)
                .actorsBefore(0)
                .actorsAfter(0)
                .threads(3)
                .actorsPerThread(1)
                .iterations(2)
                .invocationsPerIteration(800)
                .check(DeductionBatcherLincheckTest.class);
    }

    /** Two tickets, sold to one buyer after another. */
    public static class OneByOne {
        private final Set<Integer> reserved = new HashSet<>();

        public Outcome buy(int buyer) {
            if (reserved.contains(buyer)) {
                return Outcome.ALREADY_RESERVED;
            }
            return reserved.size() < CAPACITY && reserved.add(buyer) ? Outcome.RESERVED : Outcome.SOLD_OUT;
        }
    }
}
