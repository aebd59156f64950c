package dev.seckill.load;

import dev.seckill.load.Chapter.Curve;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.SaleId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * Whether what the buyers of a rush heard is what the ledger says: each ticket went to one buyer, who knows of it, whoever was
 * refused has none, and nobody was refused before the last was taken.
 *
 * @param findings what is wrong; the first ones
 * @param winners who heard of their reservation
 * @param unheard whose reservation is in the ledger, but whose last answer was busy, unknown or none
 * @param lastTakenMs when the ledger gave the last ticket away, since the first attempt was due; negative if it gave none
 * @param left how the tickets went in the ledger
 */
record RushAudit(List<String> findings, int winners, int unheard, long lastTakenMs, Curve left) {
    private static final int MOST_FINDINGS = 20;

    /** Compares them; the sale has to stand still. */
    static RushAudit of(LoadRun run, SaleId sale, long tickets, List<Reservation> ledger) {
        List<String> findings = new ArrayList<>();
        long expected = Math.min(tickets, run.attempts());
        if (ledger.size() != expected) {
            findings.add("The ledger has %d reservations, not %d.".formatted(ledger.size(), expected));
        }
        Map<String, Reservation> byCode = new HashMap<>();
        for (Reservation each : ledger) {
            byCode.put(each.id().code(), each);
        }
        int winners = winners(run, sale, byCode, findings);
        int unheard = 0;
        for (Reservation each : ledger) {
            OptionalInt attempt = AttemptRequest.attemptOf(each.buyer().value());
            if (attempt.isEmpty() || attempt.getAsInt() >= run.attempts()) {
                findings.add(each.buyer() + " has a reservation and was not among the buyers.");
                continue;
            }
            Verdict last = run.ends().of(attempt.getAsInt());
            if (last.isRepeatable()) {
                unheard++;
            } else if (!last.isWin()) {
                findings.add(each.buyer() + " heard " + last + " and has a reservation.");
            }
        }
        if (winners + unheard != ledger.size()) {
            findings.add("%d buyers heard of a reservation and %d could not know, but the ledger has %d."
                    .formatted(winners, unheard, ledger.size()));
        }
        long lastTakenMs =
                ledger.stream().mapToLong(Reservation::reservedAtMs).max().orElse(run.beganAtMs() - 1)
                        - run.beganAtMs();
        requireSoldOutAfter(lastTakenMs, run, findings);
        return new RushAudit(
                List.copyOf(findings.subList(0, Math.min(MOST_FINDINGS, findings.size()))),
                winners,
                unheard,
                lastTakenMs,
                SellingOut.left(ledger, run.beganAtMs(), tickets));
    }

    /** Both clocks are this machine's and count whole milliseconds. */
    private static void requireSoldOutAfter(long lastTakenMs, LoadRun run, List<String> findings) {
        long firstNanos = run.heard().firstNanos(Verdict.SOLD_OUT);
        if (firstNanos >= 0 && TimeUnit.NANOSECONDS.toMillis(firstNanos) + 1 < lastTakenMs) {
            findings.add("Somebody heard sold out after %d ms, and the last ticket was taken after %d ms."
                    .formatted(TimeUnit.NANOSECONDS.toMillis(firstNanos), lastTakenMs));
        }
    }

    /** How many different attempts heard of a reservation; each of these must be its own, and in the ledger. */
    private static int winners(LoadRun run, SaleId sale, Map<String, Reservation> ledger, List<String> findings) {
        Map<Integer, String> codes = new HashMap<>();
        for (int i = 0; i < run.won().size(); i++) {
            int attempt = run.won().attempt(i);
            String code = run.won().code(i);
            codes.put(attempt, code);
            Reservation reservation = ledger.get(code);
            if (!code.equals(AttemptRequest.reservation(sale, attempt).code())) {
                findings.add(AttemptRequest.buyer(attempt) + " heard of a reservation that is not its own: " + code);
            } else if (reservation == null) {
                findings.add(
                        AttemptRequest.buyer(attempt) + " heard of a reservation that is not in the ledger: " + code);
            } else if (!reservation.buyer().equals(AttemptRequest.buyer(attempt))) {
                findings.add("Reservation " + code + " is " + reservation.buyer() + "'s in the ledger, and "
                        + AttemptRequest.buyer(attempt) + " heard of it.");
            }
        }
        if (codes.values().stream().distinct().count() != codes.size()) {
            findings.add("Different buyers heard of the same reservation.");
        }
        return codes.size();
    }
}
