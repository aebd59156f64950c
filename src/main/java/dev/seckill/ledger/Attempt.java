package dev.seckill.ledger;

import dev.seckill.trade.BuyerId;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;

/**
 * One request to reserve, with all that makes it safe to send twice and harmless to arrive late.
 *
 * @param deadlineMs Redis time after which it takes nothing
 */
public record Attempt(ReservationId id, BuyerId buyer, int quantity, Stamp stamp, long deadlineMs) {
    public SaleId sale() {
        return id.sale();
    }
}
