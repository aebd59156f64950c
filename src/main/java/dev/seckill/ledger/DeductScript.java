package dev.seckill.ledger;

import dev.seckill.trade.Answer;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationStatus;
import java.util.ArrayList;
import java.util.List;

/** What {@code deduct.lua} is given and what it answers, in the trade's words. */
final class DeductScript {
    private static final int ARGS_EACH = 6;

    private DeductScript() {}

    static Object[] args(List<Attempt> attempts) {
        Object[] args = new Object[attempts.size() * ARGS_EACH];
        int i = 0;
        for (Attempt attempt : attempts) {
            args[i++] = attempt.id().code();
            args[i++] = attempt.buyer().value();
            args[i++] = attempt.quantity();
            args[i++] = attempt.stamp().epoch();
            args[i++] = attempt.stamp().sellable();
            args[i++] = attempt.deadlineMs();
        }
        return args;
    }

    static List<Answer> answers(List<Attempt> attempts, Reply reply) {
        long dueMs = reply.result(0);
        List<Answer> answers = new ArrayList<>(attempts.size());
        for (int i = 0; i < attempts.size(); i++) {
            answers.add(answer(attempts.get(i), reply.text(i + 1), reply.nowMs(), dueMs));
        }
        return answers;
    }

    private static Answer answer(Attempt attempt, String verdict, long nowMs, long dueMs) {
        int colon = verdict.indexOf(':');
        String detail = colon < 0 ? "" : verdict.substring(colon + 1);
        return switch (colon < 0 ? verdict : verdict.substring(0, colon)) {
            case "RESERVED" ->
                new Answer(
                        Outcome.RESERVED,
                        new Reservation(
                                attempt.id(),
                                attempt.buyer(),
                                attempt.quantity(),
                                ReservationStatus.RESERVED,
                                nowMs,
                                dueMs),
                        "");
            case "ALREADY_RESERVED" ->
                new Answer(Outcome.ALREADY_RESERVED, Reservation.parse(attempt.id(), detail), "");
            case "STALE", "LATE" -> Answer.BUSY;
            case "SOLD_OUT" -> Answer.SOLD_OUT;
            case "KEY_REUSED" -> new Answer(Outcome.KEY_REUSED);
            case "NOT_OPEN" -> new Answer(Outcome.NOT_OPEN, null, detail);
            case "LIMIT_REACHED" -> new Answer(Outcome.LIMIT_REACHED, null, detail);
            case "NOT_ENOUGH" -> new Answer(Outcome.NOT_ENOUGH, null, detail);
            default -> throw new IllegalStateException("deduct.lua answered " + verdict);
        };
    }
}
