package dev.seckill.ledger;

import dev.seckill.trade.Reservation;

/**
 * What a payment that succeeded has bought, for ever.
 *
 * @param epoch in which it was heard
 * @param bought as it stands now: what was paid for, or what was bought anew after that had expired; null if nothing was
 * @param refundDue why the money is due back, such as SOLD_OUT; null if something was bought
 */
public record Decision(long epoch, Reservation bought, String refundDue) {
    public boolean isConfirmed() {
        return bought != null;
    }
}
