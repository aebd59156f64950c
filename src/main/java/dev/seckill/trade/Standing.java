package dev.seckill.trade;

/**
 * Where a sale's stock stood when a script ran: what every reply of the ledger says along with its own answer.
 *
 * @param epoch rises when the sale is adopted on another server; positions of different epochs do not compare
 * @param seq number of the last movement; with the epoch it orders all standings of a sale
 * @param sellable rises whenever tickets that rested go on sale; a request carries it as its stamp
 */
public record Standing(long epoch, long seq, long sellable, long remaining, long returning) {
    /** Before anything was heard. */
    public static final Standing NONE = new Standing(0, 0, 0, 0, 0);

    public boolean isOlderThan(Standing other) {
        return epoch < other.epoch || (epoch == other.epoch && seq < other.seq);
    }

    /** Nothing to sell; something may be about to be. */
    public boolean isSoldOut() {
        return remaining == 0 && epoch > 0;
    }
}
