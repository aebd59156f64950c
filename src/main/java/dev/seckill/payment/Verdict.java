package dev.seckill.payment;

import dev.seckill.ledger.Decision;

/**
 * What became of a payment that succeeded, for ever.
 *
 * @param epoch of the ledger that decided it; a rebuild that has begun since may have lost it
 * @param bought code of the reservation that it has bought; null if none
 * @param refundReason why its money is due back; null if it is not
 */
record Verdict(long epoch, String bought, String refundReason) {
    static Verdict of(Decision decision) {
        return new Verdict(
                decision.epoch(),
                decision.isConfirmed() ? decision.bought().id().code() : null,
                decision.refundDue());
    }

    /** For ever, because the sale is archived. */
    static Verdict bought(String reservation) {
        return new Verdict(Long.MAX_VALUE, reservation, null);
    }

    static Verdict refundDue(String reason) {
        return new Verdict(Long.MAX_VALUE, null, reason);
    }

    Payments.Outcome outcome() {
        return bought == null ? Payments.Outcome.REFUND_DUE : Payments.Outcome.CONFIRMED;
    }
}
