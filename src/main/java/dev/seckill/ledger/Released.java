package dev.seckill.ledger;

import dev.seckill.trade.Reservation;

/**
 * What became of a wish to cancel.
 *
 * @param reservation as it stands now, for CANCELLED and ALREADY_ENDED; else null
 */
public record Released(Result result, Reservation reservation) {
    /** Exactly one release of a reservation gives its tickets back; all later ones find it ended. */
    public enum Result {
        CANCELLED,
        ALREADY_ENDED,
        NOT_FOUND,
        BUSY,
        UNKNOWN,
        NO_SALE
    }
}
