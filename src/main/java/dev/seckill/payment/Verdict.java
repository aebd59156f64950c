package dev.seckill.payment;

import dev.seckill.ledger.Decision;

/**
 * What became of a payment that succeeded, for ever.
 *
 * @param bought code of the reservation that it has bought; null if none
 * @param refundReason why its money is due back; null if it is not
 */
record Verdict(String bought, String refundReason) {
    static Verdict of(Decision decision) {
        return decision.isConfirmed() ? bought(decision.bought().id().code()) : refundDue(decision.refundDue());
    }

    static Verdict bought(String reservation) {
        return new Verdict(reservation, null);
    }

    static Verdict refundDue(String reason) {
        return new Verdict(null, reason);
    }

    Payments.Outcome outcome() {
        return bought == null ? Payments.Outcome.REFUND_DUE : Payments.Outcome.CONFIRMED;
    }
}
