package dev.seckill.payment;

import dev.seckill.http.Problem;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Why a payment cannot be, in words. */
@Provider
public class PaymentRefusedMapper implements ExceptionMapper<PaymentRefused> {
    @Override
    public Response toResponse(PaymentRefused refused) {
        return problem(refused.reason()).response();
    }

    static Problem problem(PaymentRefused.Reason reason) {
        return switch (reason) {
            case NO_RESERVATION ->
                new Problem(
                        404,
                        "no-reservation",
                        "No such reservation",
                        "There is none with this id, or it is not yours.");
            case NO_PAYMENT -> new Problem(404, "no-payment", "No such payment", "There is none, or it is not yours.");
            case ENDED ->
                new Problem(
                        409,
                        "already-ended",
                        "It has ended already",
                        "Only a reservation that is still open can be paid; its address says how it ended.");
            case TOO_MANY_PAYMENTS ->
                new Problem(
                        409,
                        "too-many-payments",
                        "Too many payments",
                        "A reservation has at most " + PaymentRows.MOST_OF_A_RESERVATION
                                + " payments; take up one that you have started.");
            case NOT_CONFIRMED ->
                new Problem(
                        409,
                        "not-confirmed",
                        "That payment has bought nothing",
                        "Only what a payment has bought can be refunded; money that bought nothing goes back by itself.");
            case NOT_SO_MANY ->
                new Problem(
                        409,
                        "refund-too-large",
                        "Not so many tickets are left of it",
                        "At most what the payment has bought, less what was refunded before, can be refunded.");
            case NOT_STUCK ->
                new Problem(
                        409,
                        "not-stuck",
                        "It goes on by itself",
                        "Only a payment that is stuck waits for an operator's decision.");
        };
    }
}
