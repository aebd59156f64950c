package dev.seckill.order;

import dev.seckill.trade.Place;
import dev.seckill.trade.SaleId;

/**
 * Thrown when a sale's movements do not go on from where the database has them: writing on would mix two histories. Nothing
 * more of this sale is written until they do.
 */
final class SaleStopped extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What is wrong. */
    enum Reason {
        BEHIND("the ledger has lost movements that the database has"),
        GAP("movements are missing in the ledger"),
        GONE("the sale has left the ledger before all of it was written"),
        REPLACED("the ledger has another history than the database");

        private final String words;

        Reason(String words) {
            this.words = words;
        }
    }

    private final Reason reason;

    SaleStopped(SaleId sale, Place place, Reason reason) {
        super("orders of sale " + sale + " stand at " + place + ": " + reason.words, null, false, false);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }
}
