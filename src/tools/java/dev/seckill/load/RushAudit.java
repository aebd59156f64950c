package dev.seckill.load;

import dev.seckill.trade.Reservation;
import dev.seckill.trade.SaleId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Whether what the buyers of a rush heard is what the ledger says: each ticket went to one buyer, who knows of it, and
 * whoever was refused has none.
 *
 * @param findings what is wrong; the first ones
 * @param winners who heard of their reservation
 * @param unheard whose reservation is in the ledger, but whose last answer was busy, unknown or none
 */
record RushAudit(List<String> findings, int winners, int unheard) {
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
        return new RushAudit(
                List.copyOf(findings.subList(0, Math.min(MOST_FINDINGS, findings.size()))), winners, unheard);
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
