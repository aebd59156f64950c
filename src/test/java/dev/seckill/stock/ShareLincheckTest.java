package dev.seckill.stock;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * Whatever buyers, replies and grants do to a share at the same time, it is as if they had done it one after another, so
 * no more is taken than was granted. Small numbers, because that is where one too many shows. Touches memory.
 */
@Param(name = "tickets", gen = IntGen.class, conf = "1:2")
@Param(name = "left", gen = IntGen.class, conf = "0:2")
public class ShareLincheckTest {
    private final Share share = new Share();

    /** A share begins with tickets, or most scenarios would have nothing to fight for. */
    public ShareLincheckTest() {
        share.grant(OneByOne.GRANTED);
    }

    @Operation
    public boolean take(@Param(name = "tickets") int quantity) {
        return share.take(quantity);
    }

    @Operation
    public void giveBack(@Param(name = "tickets") int quantity) {
        share.giveBack(quantity);
    }

    @Operation
    public void grant(@Param(name = "left") int granted) {
        share.grant(granted);
    }

    @Operation
    public void capAt(@Param(name = "left") int remaining) {
        share.capAt(remaining);
    }

    @Operation
    public long tickets() {
        return share.tickets();
    }

    @Validate
    public void isNeverBelowZero() {
        if (share.tickets() < 0) {
            throw new IllegalStateException("a share of " + share.tickets());
        }
    }

    @Test
    void isTheSameAsOneAfterAnother() {
        new ModelCheckingOptions()
                .sequentialSpecification(OneByOne.class)
                .actorsBefore(0)
                .actorsAfter(1)
                .threads(3)
                .actorsPerThread(2)
                .iterations(40)
                .invocationsPerIteration(500)
                .check(ShareLincheckTest.class);
    }

    /** A share in a world where one thing happens after another. */
    public static class OneByOne {
        static final int GRANTED = 2;

        private long tickets = GRANTED;

        public boolean take(int quantity) {
            if (tickets < quantity) {
                return false;
            }
            tickets -= quantity;
            return true;
        }

        public void giveBack(int quantity) {
            tickets += quantity;
        }

        public void grant(int granted) {
            tickets = granted;
        }

        public void capAt(int remaining) {
            tickets = Math.min(tickets, remaining);
        }

        public long tickets() {
            return tickets;
        }
    }
}
