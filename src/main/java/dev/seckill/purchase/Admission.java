package dev.seckill.purchase;

import dev.seckill.http.Reply;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BuyerId;

/**
 * Whether a purchase may go on from the door.
 *
 * @param buyer who buys; null if it may not go on
 * @param refusal what everybody hears now, or null
 * @param fault what is wrong with this caller, or null
 */
record Admission(BuyerId buyer, Answer refusal, Reply fault) {
    static final Admission SOLD_OUT = new Admission(null, Answer.SOLD_OUT, null);
    static final Admission BUSY = new Admission(null, Answer.BUSY, null);

    static Admission of(BuyerId buyer) {
        return new Admission(buyer, null, null);
    }

    static Admission refused(Reply fault) {
        return new Admission(null, null, fault);
    }
}
