package dev.seckill.order;

import dev.seckill.ledger.Check;
import dev.seckill.ledger.Finding;
import dev.seckill.trade.Place;
import dev.seckill.trade.ReservationStatus;
import java.util.List;
import java.util.Map;

/**
 * How a sale's orders stood when they were audited, and what is wrong with them.
 *
 * @param written the place of the last movement that the database has
 * @param behind movements of the ledger that it does not have yet
 * @param keptAside steps of orders, or of the sale itself, that could not be written
 * @param isFinished whether all is written for ever, because the sale has left the ledger
 * @param isCompared whether the orders were compared with the movements: a history with a gap can't tell what should be
 * @param orders how many of each status
 * @param findings the first of each check
 * @param more how many of a check are not among them
 */
public record OrderAudit(
        Place written,
        long behind,
        long keptAside,
        boolean isFinished,
        boolean isCompared,
        Map<ReservationStatus, Long> orders,
        List<Finding> findings,
        Map<Check, Integer> more) {
    public boolean isOk() {
        return findings.isEmpty();
    }
}
