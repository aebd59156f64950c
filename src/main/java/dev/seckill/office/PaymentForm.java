package dev.seckill.office;

import dev.seckill.http.Body;
import dev.seckill.http.Query;
import dev.seckill.payment.Payment;
import dev.seckill.payment.PaymentQuery;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.ReservationId;
import java.util.Arrays;
import java.util.stream.Stream;

/** Reads which payments an operator wants to see, and what it wants of one. */
final class PaymentForm {
    private static final int MOST_TICKETS = 100;
    private static final int LONGEST_REASON = 200;

    private PaymentForm() {}

    static PaymentQuery query(Query query) {
        return new PaymentQuery(
                OrderForm.sale(query),
                query.text("reservation").map(ReservationId::parse),
                query.text("status").map(PaymentForm::status),
                query.text("stuck").map(PaymentForm::isTrue).orElse(false),
                PaymentQuery.after(query.text("after")));
    }

    private static Payment.Status status(String text) {
        return Stream.of(Payment.Status.values())
                .filter(status -> status.name().equals(text))
                .findAny()
                .orElseThrow(() -> new BadInput("status is one of " + Arrays.toString(Payment.Status.values()) + "."));
    }

    private static boolean isTrue(String text) {
        if (text.equals("true") || text.equals("false")) {
            return text.equals("true");
        }
        throw new BadInput("stuck is true or false.");
    }

    /** 0 is all that are left. */
    static int tickets(Body body) {
        long tickets = body.has("tickets") ? body.whole("tickets") : 0;
        if (tickets < 0 || tickets > MOST_TICKETS || (tickets == 0 && body.has("tickets"))) {
            throw new BadInput("tickets is 1 to " + MOST_TICKETS + ", or is left out for all that are left.");
        }
        return (int) tickets;
    }

    static String reason(Body body) {
        String reason = body.text("reason");
        if (reason.isBlank() || reason.length() > LONGEST_REASON || !reason.matches("\\P{C}*")) {
            throw new BadInput("reason is 1 to " + LONGEST_REASON + " characters without control characters.");
        }
        return reason;
    }
}
