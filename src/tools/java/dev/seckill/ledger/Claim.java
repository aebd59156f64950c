package dev.seckill.ledger;

/** One reservation as its movements made it; a million of them fit in memory. */
final class Claim {
    static final char RESERVED = 'R';

    private final long quantity;
    private final long reservedAtMs;
    private final long dueMs;
    private final Holder holder;
    private char letter;
    boolean isRecordSeen;
    boolean isDueSeen;

    Claim(char letter, long quantity, long reservedAtMs, long dueMs, Holder holder) {
        this.letter = letter;
        this.quantity = quantity;
        this.reservedAtMs = reservedAtMs;
        this.dueMs = dueMs;
        this.holder = holder;
    }

    char letter() {
        return letter;
    }

    void become(char next) {
        letter = next;
    }

    long quantity() {
        return quantity;
    }

    long dueMs() {
        return dueMs;
    }

    Holder holder() {
        return holder;
    }

    /** The ledger's form of it. */
    String record() {
        return letter + "|" + quantity + "|" + reservedAtMs + "|" + dueMs + "|" + holder.buyer();
    }

    /** When it is due, or null if it is not any more. */
    String due() {
        return letter == RESERVED ? Long.toString(dueMs) : null;
    }
}
