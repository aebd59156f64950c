package dev.seckill.ledger;

/** One reservation as its movements made it; a million of them fit in memory. */
final class Claim {
    static final char RESERVED = 'R';
    static final char PAID = 'P';

    private final long quantity;
    private final long reservedAtMs;
    private final Holder holder;
    private long dueMs;
    private long seq;
    private long refunded;
    private boolean isExtended;
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

    /** A payment has begun. */
    void extend(long nextDueMs, long atSeq) {
        dueMs = nextDueMs;
        seq = atSeq;
        isExtended = true;
    }

    boolean isExtended() {
        return isExtended;
    }

    void refund(long tickets) {
        refunded += tickets;
    }

    long quantity() {
        return quantity;
    }

    /** Tickets of it that are reserved or sold. */
    long live() {
        return letter == RESERVED || letter == PAID ? quantity - refunded : 0;
    }

    long refunded() {
        return refunded;
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

    /** Of the movement that says when it is due; 0 if that is not known. */
    long seq() {
        return seq;
    }
}
