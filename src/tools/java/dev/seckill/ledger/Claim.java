package dev.seckill.ledger;

/** One reservation as its movements made it; a million of them fit in memory. */
final class Claim {
    static final char RESERVED = 'R';

    private final long quantity;
    private final long reservedAtMs;
    private final long dueMs;
    private final Holder holder;
    private final long seq;
    private char letter;
    boolean isRecordSeen;

    Claim(char letter, long quantity, long reservedAtMs, long dueMs, Holder holder, long seq) {
        this.seq = seq;
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
        return letter + "|" + quantity + "|" + reservedAtMs + "|" + (dueMs - reservedAtMs) + "|" + holder.buyer();
    }

    /** Of the movement that it began with; 0 if that is not known. */
    long seq() {
        return seq;
    }
}
