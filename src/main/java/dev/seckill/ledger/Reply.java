package dev.seckill.ledger;

import dev.seckill.trade.Standing;
import java.util.List;

/** What a script replied: a verdict on the whole call, and if that is OK, how the sale stood and the script's results. */
record Reply(List<Object> values, long sentAtNanos) {
    private static final int HEADER = 10;

    String verdict() {
        return (String) values.get(0);
    }

    boolean isOk() {
        return verdict().equals("OK");
    }

    boolean isRecovering() {
        return verdict().equals("RECOVERING");
    }

    Standing standing() {
        return new Standing(number(1), number(2), number(3), number(4), number(5));
    }

    /** When what rests goes on sale; 0 if nothing rests. */
    long restockAtMs() {
        return number(6);
    }

    long nowMs() {
        return number(7);
    }

    long restMs() {
        return number(8);
    }

    /** Tickets ever taken, whatever became of them. */
    long taken() {
        return number(9);
    }

    int size() {
        return values.size() - HEADER;
    }

    String text(int i) {
        return values.get(HEADER + i).toString();
    }

    long result(int i) {
        return number(HEADER + i);
    }

    private long number(int i) {
        return (Long) values.get(i);
    }
}
