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
    private static final Answer KEY_REUSED = new Answer(Outcome.KEY_REUSED);

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
        String verdicts = reply.text(1);
        List<Answer> answers = new ArrayList<>(attempts.size());
        int from = 0;
        for (Attempt attempt : attempts) {
            int newline = verdicts.indexOf('\n', from);
            int to = newline < 0 ? verdicts.length() : newline;
            answers.add(answer(attempt, verdicts, from, to, reply.nowMs(), dueMs));
            from = to + 1;
        }
        if (from != verdicts.length() + 1) {
            throw new IllegalStateException("deduct.lua answered more than " + attempts.size() + ": " + verdicts);
        }
        return answers;
    }

    private static Answer answer(Attempt attempt, String verdicts, int from, int to, long nowMs, long dueMs) {
        // What most hear, in a rush and after it.
        if (is(verdicts, from, to, "RESERVED")) {
            Reservation reservation = new Reservation(
                    attempt.id(), attempt.buyer(), attempt.quantity(), ReservationStatus.RESERVED, nowMs, dueMs);
            return new Answer(Outcome.RESERVED, reservation, "");
        }
        if (is(verdicts, from, to, "SOLD_OUT")) {
            return Answer.SOLD_OUT;
        }
        String verdict = verdicts.substring(from, to);
        int colon = verdict.indexOf(':');
        String detail = colon < 0 ? "" : verdict.substring(colon + 1);
        return switch (colon < 0 ? verdict : verdict.substring(0, colon)) {
            case "ALREADY_RESERVED" ->
                new Answer(Outcome.ALREADY_RESERVED, Reservation.parse(attempt.id(), detail), "");
            case "STALE", "LATE" -> Answer.BUSY;
            case "KEY_REUSED" -> KEY_REUSED;
            case "NOT_OPEN" -> new Answer(Outcome.NOT_OPEN, null, detail);
            case "LIMIT_REACHED" -> new Answer(Outcome.LIMIT_REACHED, null, detail);
            case "NOT_ENOUGH" -> new Answer(Outcome.NOT_ENOUGH, null, detail);
            default -> throw new IllegalStateException("deduct.lua answered " + verdict);
        };
    }

    private static boolean is(String text, int from, int to, String word) {
        return to - from == word.length() && text.startsWith(word, from);
    }
}
