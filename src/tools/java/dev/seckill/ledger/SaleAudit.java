package dev.seckill.ledger;

import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import java.util.List;
import java.util.Map;

/**
 * How a sale stood when it was audited, and what is wrong with it.
 *
 * @param sums capacity, remaining, returning, reserved, sold; -1 for what is no number
 * @param reservations how many of each status
 * @param findings the first of each check
 * @param more how many of a check are not among them
 */
public record SaleAudit(
        SaleId sale,
        String state,
        long epoch,
        long seq,
        Map<String, Long> sums,
        Map<ReservationStatus, Long> reservations,
        ComparedWith comparedWith,
        List<Finding> findings,
        Map<Check, Integer> more) {
    /** What told how the reservations and the buyers should be. */
    public enum ComparedWith {
        MOVEMENTS,
        /** The reservations themselves, where the history is broken and the sale stands still. */
        RECORDS,
        /** None are left, or the history is broken and the sale goes on. */
        NOTHING
    }

    /** Of a sale that is known elsewhere and not in the ledger. */
    public static SaleAudit gone(SaleId sale) {
        return new SaleAudit(
                sale,
                "",
                0,
                0,
                Map.of(),
                Map.of(),
                ComparedWith.NOTHING,
                List.of(new Finding(Check.KEYS, "stock", "nothing", "the sale that the database has orders of")),
                Map.of());
    }

    public boolean isOk() {
        return findings.isEmpty();
    }
}
