package dev.seckill;

import dev.seckill.Crowd.Heard;
import dev.seckill.ledger.Movement;
import dev.seckill.ledger.Movement.Part;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Compares what the buyers of one sale heard with what its movements say happened, and when. Whoever heard "yes" has it;
 * whoever heard "no" has not got it by that request, now or later; "sold out" was true; nothing happened that nobody asked
 * for; and every request was answered in time. Both sides tell the time by the same clock, so there is nearly no slack.
 */
final class Promises {
    /** Times are cut to milliseconds, on both sides. */
    private static final long TOLERANCE_MS = 5;

    /** A node says "sold out" if nothing was left within the last second. */
    private static final long SOLD_OUT_IS_TRUE_FOR_MS = 1_000;

    /** Three times an attempt's budget and one more timeout that began within it. */
    private static final long LONGEST_ANSWER_MS = 3 * (3_000 + 1_000);

    /** A cut-off request can lie with a busy node; then it has its budget. */
    private static final long LONGEST_AFTER_A_CUT_MS = 10_000;

    /** A timer looks every second. */
    private static final long LONGEST_OVERDUE_MS = 3 * 1_000;

    /** How a request may end without an answer of a node. */
    enum Cuts {
        NONE,
        /** The connection breaks. */
        CONNECTIONS,
        /** The same, or nginx says that no node has answered. */
        NGINX
    }

    private static final Pattern DEADLINE = Pattern.compile("[?]deadline_ms=(\\d+)$");

    /** What the ledger wrote of one reservation. */
    private record Claim(
            String buyer,
            long quantity,
            long beganMs,
            long dueMs,
            long endedMs,
            String endedBy,
            boolean cancelledAhead) {
        String statusAt(long ms) {
            return ms < endedMs ? "RESERVED" : endedBy;
        }
    }

    private final int limit;
    private final Cuts cuts;
    private final Map<String, Claim> claims = new HashMap<>();

    /** The least that remained in each millisecond in which anything moved; and what remained after it. */
    private final TreeMap<Long, long[]> remaining = new TreeMap<>();

    private final List<String> broken = new ArrayList<>();

    private Promises(int limit, Cuts cuts) {
        this.limit = limit;
        this.cuts = cuts;
    }

    /** The promises that were broken, each in a sentence; none if all is well. Heard and movements are of one sale. */
    static List<String> broken(Collection<Heard> heard, List<Movement> movements, int limit, Cuts cuts, long nowMs) {
        return brokenSince(0, heard, movements, limit, cuts, nowMs);
    }

    /** The same after a loss: what buyers asked before may have been forgotten. */
    static List<String> brokenSince(
            long sinceMs, Collection<Heard> heard, List<Movement> movements, int limit, Cuts cuts, long nowMs) {
        Promises promises = new Promises(limit, cuts);
        movements.forEach(promises::read);
        heard.stream().filter(each -> each.sentMs() >= sinceMs).forEach(promises::check);
        promises.checkClaims(heard, nowMs);
        promises.checkLimit();
        return promises.broken;
    }

    // --- what happened ----------------------------------------------------------------------------------------------

    private void read(Movement movement) {
        long atMs = movement.atMs();
        switch (movement.kind()) {
            case "CREATED", "RESTOCKED" -> remain(atMs, movement.number("quantity"));
            case "HELD_BACK" -> remain(atMs, -movement.number("quantity"));
            case "RESERVED", "RESTORED" -> {
                remain(atMs, -movement.tickets());
                long dueMs = movement.number("due_ms");
                for (Part part : movement.parts()) {
                    claims.put(
                            part.reservation(),
                            new Claim(part.buyer(), part.quantity(), atMs, dueMs, Long.MAX_VALUE, "", false));
                }
            }
            case "CANCELLED", "EXPIRED" -> {
                remain(atMs, "remaining".equals(movement.fields().get("to")) ? movement.tickets() : 0);
                for (Part part : movement.parts()) {
                    claims.merge(
                            part.reservation(),
                            new Claim(part.buyer(), 0, atMs, atMs, atMs, "CANCELLED", true),
                            (claim, ahead) -> new Claim(
                                    claim.buyer,
                                    claim.quantity,
                                    claim.beganMs,
                                    claim.dueMs,
                                    atMs,
                                    movement.kind(),
                                    false));
                }
            }
            default -> {
                // moves no ticket to or from a buyer
            }
        }
    }

    private void remain(long atMs, long change) {
        long before = remaining.isEmpty() ? 0 : remaining.lastEntry().getValue()[1];
        long after = before + change;
        long least = Math.min(after, remaining.containsKey(atMs) ? remaining.get(atMs)[0] : before);
        remaining.put(atMs, new long[] {least, after});
    }

    private long leastRemaining(long fromMs, long toMs) {
        Map.Entry<Long, long[]> before = remaining.lowerEntry(fromMs);
        long least = before == null ? Long.MAX_VALUE : before.getValue()[1];
        for (long[] each : remaining.subMap(fromMs, true, toMs, true).values()) {
            least = Math.min(least, each[0]);
        }
        return least;
    }

    // --- what was said ----------------------------------------------------------------------------------------------

    private void check(Heard heard) {
        if (heard.heardMs() - heard.sentMs() > LONGEST_ANSWER_MS) {
            breaks("answered too late", heard);
        }
        if (heard.reply() == null) {
            if (cuts == Cuts.NONE || heard.broke().contains("Timeout")) {
                breaks("not answered", heard);
            }
            return;
        }
        if (heard.isCut() && cuts == Cuts.NGINX) {
            return;
        }
        if (heard.status() == 429 || heard.status() == 503) {
            String said = heard.status() == 429 ? "busy" : "in-doubt";
            if (!said.equals(heard.reply().problem())
                    || heard.reply().header("Retry-After").isEmpty()) {
                breaks("a fault not said as one", heard);
            }
            return;
        }
        Claim claim = claims.get(heard.id().code());
        boolean hadIt = claim != null && claim.beganMs < heard.sentMs() - TOLERANCE_MS;
        switch (heard.status()) {
            case 200, 201 -> checkYes(heard, claim);
            case 202 -> checkUnknown(heard);
            case 404 -> {
                if (heard.deed() == Crowd.Deed.RESERVE || hadIt) {
                    breaks("its owner was told it is not there", heard);
                }
            }
            case 409 -> checkRefusal(heard, claim, hadIt);
            default -> breaks("an answer nobody promised", heard);
        }
    }

    private void checkYes(Heard heard, Claim claim) {
        String status = heard.reply().json().path("status").asText();
        if (!heard.reply().id().equals(heard.id().toString())) {
            breaks("one key, two ids", heard);
        } else if (claim == null || claim.beganMs > heard.heardMs() + TOLERANCE_MS) {
            breaks("told to have what the ledger never gave", heard);
        } else if (heard.status() == 201
                && (claim.cancelledAhead
                        || claim.beganMs < heard.sentMs() - TOLERANCE_MS
                        || claim.quantity != heard.quantity())) {
            breaks("told to have just got what it had or asked otherwise", heard);
        } else if (!claim.statusAt(heard.sentMs() - TOLERANCE_MS).equals(status)
                && !claim.statusAt(heard.heardMs() + TOLERANCE_MS).equals(status)) {
            breaks("shown as " + status + ", the ledger says " + claim, heard);
        } else if (heard.deed() == Crowd.Deed.CANCEL && !status.equals("CANCELLED")) {
            breaks("cancelled and still there", heard);
        }
    }

    private void checkUnknown(Heard heard) {
        Matcher deadline = DEADLINE.matcher(heard.reply().header("Location"));
        if (!deadline.find() || !heard.reply().id().equals(heard.id().toString())) {
            breaks("unknown, and no address to ask", heard);
        } else if (heard.deed() == Crowd.Deed.LOOK
                && Long.parseLong(deadline.group(1)) < heard.sentMs() - TOLERANCE_MS) {
            breaks("still unknown after its deadline", heard);
        }
    }

    private void checkRefusal(Heard heard, Claim claim, boolean hadIt) {
        String problem = heard.reply().problem();
        if (heard.deed() == Crowd.Deed.CANCEL) {
            if (!problem.equals("already-ended") || claim == null || claim.endedMs > heard.heardMs() + TOLERANCE_MS) {
                breaks("a cancellation refused without a reason", heard);
            }
            return;
        }
        // Who has cancelled before asking may hear either: "cancelled" or that there is nothing to have.
        if (hadIt && !claim.cancelledAhead) {
            breaks("an owner was refused, the ledger says " + claim, heard);
        }
        long toMs = heard.heardMs() + TOLERANCE_MS;
        switch (problem) {
            case "sold-out" -> {
                if (leastRemaining(heard.sentMs() - SOLD_OUT_IS_TRUE_FOR_MS, toMs) > 0) {
                    breaks("\"sold out\" was not true", heard);
                }
            }
            case "not-enough" -> {
                if (leastRemaining(heard.sentMs() - TOLERANCE_MS, toMs) >= heard.quantity()) {
                    breaks("\"not enough\" was not true", heard);
                }
            }
            case "limit-reached" -> {
                long held = claims.values().stream()
                        .filter(each -> each.buyer.equals(heard.buyer())
                                && each.beganMs <= toMs
                                && each.endedMs >= heard.sentMs() - TOLERANCE_MS)
                        .mapToLong(Claim::quantity)
                        .sum();
                if (held + heard.quantity() <= limit) {
                    breaks("\"limit reached\" was not true", heard);
                }
            }
            default -> breaks("refused without a reason", heard);
        }
    }

    // --- what nobody said -------------------------------------------------------------------------------------------

    private void checkClaims(Collection<Heard> heard, long nowMs) {
        Map<String, List<Heard>> byCode =
                heard.stream().collect(Collectors.groupingBy(each -> each.id().code()));
        claims.forEach((code, claim) -> {
            List<Heard> about = byCode.getOrDefault(code, List.of());
            if (!claim.cancelledAhead && about.stream().noneMatch(each -> mayHaveReserved(each, claim.beganMs))) {
                broken.add("reserved after everybody who asked for it had been refused: " + claim + about);
            }
            if (claim.endedBy.equals("CANCELLED") && about.stream().noneMatch(each -> mayHaveCancelled(each, claim))) {
                broken.add("cancelled, and nobody asked for it: " + claim + about);
            }
            if (claim.endedBy.equals("EXPIRED") && claim.endedMs < claim.dueMs) {
                broken.add("expired too early: " + claim + about);
            }
            if (claim.endedMs == Long.MAX_VALUE && claim.dueMs + LONGEST_OVERDUE_MS < nowMs) {
                broken.add("never expired: " + claim + about);
            }
        });
    }

    /** Whether that request can be what reserved at that time. */
    private static boolean mayHaveReserved(Heard heard, long atMs) {
        if (heard.deed() != Crowd.Deed.RESERVE || atMs < heard.sentMs() - TOLERANCE_MS) {
            return false;
        }
        if (heard.isCut()) {
            return atMs <= heard.heardMs() + LONGEST_AFTER_A_CUT_MS;
        }
        return switch (heard.status()) {
            case 200, 201 -> atMs <= heard.heardMs() + TOLERANCE_MS;
            case 202 -> {
                Matcher deadline = DEADLINE.matcher(heard.reply().header("Location"));
                yield deadline.find() && atMs <= Long.parseLong(deadline.group(1));
            }
            default -> false;
        };
    }

    private static boolean mayHaveCancelled(Heard heard, Claim claim) {
        return heard.deed() == Crowd.Deed.CANCEL
                && claim.endedMs >= heard.sentMs() - TOLERANCE_MS
                && (heard.isCut() || List.of(200, 202).contains(heard.status()) || saysInDoubt(heard));
    }

    private static boolean saysInDoubt(Heard heard) {
        return heard.status() == 503 && heard.reply().problem().equals("in-doubt");
    }

    private void checkLimit() {
        Map<String, List<Claim>> byBuyer = claims.values().stream().collect(Collectors.groupingBy(Claim::buyer));
        byBuyer.forEach((buyer, own) -> own.stream()
                .max(Comparator.comparingLong(Claim::beganMs))
                .ifPresent(last -> {
                    long held = own.stream()
                            .filter(each -> each.endedMs > last.beganMs)
                            .mapToLong(Claim::quantity)
                            .sum();
                    if (held > limit) {
                        broken.add("more than one buyer may hold: " + own);
                    }
                }));
    }

    private void breaks(String promise, Heard heard) {
        broken.add(promise + ": " + heard);
    }
}
