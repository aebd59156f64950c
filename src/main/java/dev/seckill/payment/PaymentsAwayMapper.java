package dev.seckill.payment;

import dev.seckill.http.Problem;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Nobody can pay now. Where no provider is configured nobody ever can: that is no failure but a 404. */
@Provider
public class PaymentsAwayMapper implements ExceptionMapper<PaymentsAway> {
    @Override
    public Response toResponse(PaymentsAway away) {
        return problem(away).response();
    }

    static Problem problem(PaymentsAway away) {
        return switch (away.reason()) {
            case OFF ->
                new Problem(
                        404,
                        "no-payments",
                        "Nobody pays here",
                        "This deployment has no payment provider: seckill.payment.provider is not set.");
            case AWAY ->
                new Problem(
                                503,
                                "payments-away",
                                "Payments can't be made or looked at now",
                                "Ask again with the same key: what was begun goes on, and nothing is paid twice.")
                        .retryAfter(2);
            case BUSY ->
                new Problem(429, "busy", "Busy", "So many pay at the moment; ask again with the same key.")
                        .retryAfter(1);
        };
    }
}
