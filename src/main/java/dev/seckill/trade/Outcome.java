package dev.seckill.trade;

/**
 * What a buyer hears. In order of precedence: where several apply, the first one is said, whoever asks and however
 * often.
 *
 * <p>One exception: while nothing is left, a sale that is paused or closed may be called either, because a node that has
 * just heard of both says the cheaper one.
 *
 * <p>Only {@link #RESERVED} takes tickets, and only the two first are said of tickets that are durably the buyer's.
 * No refusal is remembered: the same key asked again is decided anew.
 */
public enum Outcome {
    /** The key was used before for something else; nothing is taken. */
    KEY_REUSED,
    /** The key already names a reservation, shown as it stands now. */
    ALREADY_RESERVED,
    /** Nobody could decide now: the ledger is away or recovering, a queue is full, or what the node knew was old. */
    BUSY,
    /** The sale does not sell now: not yet, paused, or closed. */
    NOT_OPEN,
    /** The buyer would hold more than one buyer may. */
    LIMIT_REACHED,
    /** Nothing is left. */
    SOLD_OUT,
    /** Something is left, but less than wanted. */
    NOT_ENOUGH,
    /** The tickets are the buyer's, durably, until they are due. */
    RESERVED,
    /** It was asked and no answer came in time: the reservation's address tells later. */
    UNKNOWN,
    /** There is no such sale. */
    NO_SALE
}
