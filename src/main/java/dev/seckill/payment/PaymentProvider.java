package dev.seckill.payment;

import dev.seckill.trade.PaymentId;
import dev.seckill.trade.RefundId;
import java.time.Instant;

/**
 * Whoever takes the money. Each call may block for some seconds and fail with any RuntimeException, and then may or may not have
 * been done; it is made again, and does nothing a second time.
 */
interface PaymentProvider {
    /** Opens a page on which the buyer pays, until then; the same payment twice is the same page. */
    Opened start(PaymentId payment, Amount amount, String what, String returnTo, Instant until);

    Said ask(PaymentId payment);

    /** Gives some of a payment's money back; the same refund twice is given back once. */
    RefundSaid refund(RefundId refund, PaymentId payment, Amount amount);

    /** Called by the timer: does one thing that a provider has to do by itself; false if there is nothing more to do now. */
    default boolean tend() {
        return false;
    }

    /**
     * What a provider has opened.
     *
     * @param reference its own name for the payment
     * @param payAt address of the page, or its path on this server
     */
    record Opened(String reference, String payAt) {}

    /** What became of a refund. */
    enum RefundSaid {
        DONE,
        /** It will be; ask again. */
        PENDING,
        /** It never will be. */
        REFUSED
    }
}
