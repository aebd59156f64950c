package dev.seckill.purchase;

import dev.seckill.http.Problem;
import dev.seckill.http.Reply;
import dev.seckill.ledger.Found;
import dev.seckill.trade.Answer;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.Sale;
import jakarta.json.Json;
import java.time.Instant;

/** One outcome, one HTTP answer. */
final class AnswerMapper {
    private static final int OK = 200;
    private static final int CREATED = 201;
    private static final int ACCEPTED = 202;
    private static final String JSON = "application/json";

    private AnswerMapper() {}

    /** The answer to a purchase. */
    static Reply of(Answer answer, Sale sale, ReservationId id, long deadlineMs, long nowMs) {
        return switch (answer.outcome()) {
            case RESERVED -> has(CREATED, answer, sale);
            case ALREADY_RESERVED -> has(OK, answer, sale);
            case UNKNOWN -> unknown(id, deadlineMs);
            default -> refusal(answer, sale.opensAtMs(), nowMs).reply();
        };
    }

    private static Reply has(int status, Answer answer, Sale sale) {
        Reservation reservation = answer.reservation();
        return new Reply(status, JSON, address(reservation.id()), 0, json(reservation, sale, answer.outcome()));
    }

    /** The answer to any outcome that gave nothing. */
    static Problem refusal(Answer answer, long opensAtMs, long nowMs) {
        return switch (answer.outcome()) {
            case SOLD_OUT ->
                new Problem(409, "sold-out", "Sold out", "Nothing is left now. Unpaid tickets may come back.");
            case NOT_ENOUGH ->
                new Problem(409, "not-enough", "Not enough left", "Fewer tickets are left than you asked for.")
                        .with("remaining", Long.parseLong(answer.detail()));
            case LIMIT_REACHED ->
                new Problem(409, "limit-reached", "Limit reached", "You would hold more than one buyer may.")
                        .with("held", Long.parseLong(answer.detail()));
            case NOT_OPEN -> notOpen(answer.detail(), opensAtMs, nowMs);
            case KEY_REUSED ->
                new Problem(
                        422,
                        "key-reused",
                        "Key used for something else",
                        "This Idempotency-Key stands for another quantity; a new purchase needs a new key.");
            case BUSY ->
                new Problem(429, "busy", "Busy", "This request took nothing; ask again in a moment with the same key.")
                        .retryAfter(1);
            case NO_SALE -> new Problem(404, "no-sale", "No such sale", "GET /api/sales lists the sales there are.");
            default -> throw new IllegalArgumentException(answer.outcome() + " is no refusal");
        };
    }

    private static Problem notOpen(String reason, long opensAtMs, long nowMs) {
        Problem problem = new Problem(
                        409,
                        "not-open",
                        "Not open",
                        switch (reason) {
                            case "NOT_YET" -> "The sale has not opened yet.";
                            case "PAUSED" -> "The sale is paused.";
                            default -> "The sale is closed.";
                        })
                .with("reason", reason);
        return reason.equals("NOT_YET") ? problem.retryAfter(Math.max(1, (opensAtMs - nowMs + 999) / 1000)) : problem;
    }

    /** Asked, not answered: where to look, and until when it can still come into being. */
    static Reply unknown(ReservationId id, long deadlineMs) {
        String body = Json.createObjectBuilder()
                .add("id", id.toString())
                .add("outcome", Outcome.UNKNOWN.name())
                .build()
                .toString();
        return new Reply(ACCEPTED, JSON, address(id) + "?deadline_ms=" + deadlineMs, 1, body);
    }

    static Problem noReservation() {
        return new Problem(
                404, "no-reservation", "No such reservation", "There is none with this id, or it is not yours.");
    }

    static String json(Reservation reservation, Sale sale, Outcome outcome) {
        return begin(reservation, sale, outcome).append('}').toString();
    }

    /** The same to a buyer who looks, with what late payments and refunds have made of it. */
    static String json(Found found, Sale sale) {
        StringBuilder json = begin(found.reservation(), sale, null);
        if (found.refunded() > 0) {
            json.append(",\"refunded\":").append(found.refunded());
        }
        if (found.successor() != null) {
            json.append(",\"successor\":\"").append(found.successor()).append('"');
        }
        return json.append('}').toString();
    }

    /** Written by hand, because it is on the path of every purchase: no value of it has a character to escape. */
    private static StringBuilder begin(Reservation reservation, Sale sale, Outcome outcome) {
        StringBuilder json = new StringBuilder(320)
                .append("{\"id\":\"")
                .append(reservation.id())
                .append("\",\"sale\":\"")
                .append(sale.id())
                .append("\",\"buyer\":\"")
                .append(reservation.buyer())
                .append("\",\"quantity\":")
                .append(reservation.quantity())
                .append(",\"price\":{\"amount_minor\":")
                .append(sale.price().amountMinor())
                .append(",\"currency\":\"")
                .append(sale.price().currency())
                .append("\"},\"status\":\"")
                .append(reservation.status());
        if (outcome != null) {
            json.append("\",\"outcome\":\"").append(outcome);
        }
        json.append("\",\"reserved_at\":\"").append(Instant.ofEpochMilli(reservation.reservedAtMs()));
        if (reservation.status() == ReservationStatus.RESERVED) {
            json.append("\",\"expires_at\":\"").append(Instant.ofEpochMilli(reservation.dueMs()));
        }
        return json.append('"');
    }

    private static String address(ReservationId id) {
        return "/api/reservations/" + id;
    }
}
