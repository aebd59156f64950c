package dev.seckill.ledger;

/**
 * What became of a wish to refund tickets.
 *
 * @param tickets that this refund gave back
 * @param left that the payment has still bought
 */
public record Refunded(Result result, int tickets, int left) {
    /** The same refund twice is the same refund. */
    public enum Result {
        REFUNDED,
        NOT_CONFIRMED,
        NOT_ENOUGH
    }
}
