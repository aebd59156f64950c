package dev.seckill.trade;

/**
 * The answer to one attempt: an outcome and what makes it useful.
 *
 * @param reservation what the buyer has, for RESERVED and ALREADY_RESERVED; else null
 * @param detail the reason of NOT_OPEN (NOT_YET, PAUSED, CLOSED), the tickets already held for LIMIT_REACHED, the
 *     tickets left for NOT_ENOUGH; else ''
 */
public record Answer(Outcome outcome, Reservation reservation, String detail) {
    public static final Answer BUSY = new Answer(Outcome.BUSY);
    public static final Answer SOLD_OUT = new Answer(Outcome.SOLD_OUT);
    public static final Answer UNKNOWN = new Answer(Outcome.UNKNOWN);
    public static final Answer NO_SALE = new Answer(Outcome.NO_SALE);
    public static final Answer NOT_YET = new Answer(Outcome.NOT_OPEN, null, "NOT_YET");

    public Answer(Outcome outcome) {
        this(outcome, null, "");
    }
}
