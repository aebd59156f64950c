package dev.seckill.payment;

import dev.seckill.database.Database;
import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.Refunded;
import dev.seckill.order.Listing;
import dev.seckill.order.OperatorLog;
import dev.seckill.payment.PaymentRefused.Reason;
import dev.seckill.trade.Operator;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.RefundId;
import java.util.List;
import java.util.Optional;

/** What operators do about payments. */
public final class PaymentOffice {
    private final Database database;
    private final Ledger ledger;
    private final Settlement settlement;

    PaymentOffice(Database database, Ledger ledger, Settlement settlement) {
        this.database = database;
        this.ledger = ledger;
        this.settlement = settlement;
    }

    /** Newest first. */
    public Listing<Payment> list(PaymentQuery query, int limit) {
        List<Payment> found = database.transact(connection -> PaymentRows.list(connection, query, limit + 1));
        return found.size() <= limit
                ? new Listing<>(found, Optional.empty())
                : new Listing<>(
                        found.subList(0, limit),
                        Optional.of(Long.toString(found.get(limit - 1).number())));
    }

    /** Gives back tickets that a payment has bought, or all that are left of them (0); their money follows. */
    public Refunded refund(PaymentId id, RefundId refund, int tickets, String reason, Operator operator) {
        Payment payment = find(id);
        Refunded refunded =
                Settlement.await(ledger.refund(payment.reservation().sale(), refund, id, tickets, reason, operator));
        return switch (refunded.result()) {
            case REFUNDED -> refunded;
            case NOT_CONFIRMED -> throw new PaymentRefused(Reason.NOT_CONFIRMED);
            case NOT_ENOUGH -> throw new PaymentRefused(Reason.NOT_SO_MANY);
        };
    }

    /** Goes on with a payment that is stuck as if all were well, and tries its stuck refunds again. */
    public Payment accept(PaymentId id, Operator operator) {
        Payment payment = find(id);
        boolean goesOn = database.transact(connection -> {
            boolean accepted = PaymentRows.accept(connection, id) || RefundRows.retry(connection, id);
            if (accepted) {
                OperatorLog.note(connection, payment.reservation().sale(), operator, "ACCEPT_PAYMENT", words(payment));
            }
            return accepted;
        });
        if (!goesOn) {
            throw new PaymentRefused(Reason.NOT_STUCK);
        }
        settlement.decide(id);
        return find(id);
    }

    /** Gives back all the money of a payment that is stuck, unless it turns out that it has bought its tickets. */
    public Payment reject(PaymentId id, Operator operator) {
        Payment payment = find(id);
        if (payment.stuck()) {
            settlement.reject(payment, operator);
            payment = find(id);
        }
        if (payment.refundReason().isEmpty()) {
            throw new PaymentRefused(Reason.NOT_STUCK);
        }
        return payment;
    }

    private static String words(Payment payment) {
        return "payment " + payment.id() + ", " + payment.amount() + " due, "
                + payment.taken().map(Amount::toString).orElse("nothing") + " taken";
    }

    private Payment find(PaymentId id) {
        return database.transact(connection -> PaymentRows.find(connection, id))
                .orElseThrow(() -> new PaymentRefused(Reason.NO_PAYMENT));
    }
}
