package dev.seckill.ledger;

import dev.seckill.trade.Reservation;

/**
 * What became of a wish to hold a reservation longer while it is paid.
 *
 * @param reservation as it stands now; null for NOT_FOUND
 */
public record Extended(Result result, Reservation reservation) {
    /** Exactly one of them extends it. */
    public enum Result {
        EXTENDED,
        ALREADY_EXTENDED,
        ALREADY_ENDED,
        NOT_FOUND
    }
}
