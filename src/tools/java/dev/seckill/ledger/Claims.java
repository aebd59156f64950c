package dev.seckill.ledger;

import dev.seckill.ledger.Glance.Position;
import dev.seckill.trade.ReservationStatus;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The reservations and buyers as they should be, to compare with what is read.
 *
 * <p>Reading takes a while, and the sale goes on meanwhile. So the changes from {@link #watch} on are kept beside, and a
 * value is right that was so at any moment of the reading. What did not change in that time must be there, just so; when
 * nothing changed at all, the comparison is exact.
 */
final class Claims {
    private static final Pattern RECORD = Pattern.compile("([A-Z])\\|(\\d{1,9})\\|(\\d{1,15})\\|(\\d{1,15})\\|(.*)");

    private static final Pattern CONFIRMED = Pattern.compile("CONFIRMED\\|([^|]*)\\|(\\d{1,9})");

    private final Map<String, Claim> claims = new HashMap<>();
    private final Map<String, Holder> holders = new HashMap<>();
    private final Map<String, String> payments = new HashMap<>();
    private final Set<String> paymentsSeen = new HashSet<>();
    private final Set<Doubt> doubts = new LinkedHashSet<>();
    /** By table and key all values since the watch began, null for "not there"; nothing before. */
    private final Map<Check, Map<String, Set<String>>> changes = new EnumMap<>(Check.class);

    /** Something read that is not as it was when the watch began. */
    private record Doubt(Check table, String key, String value) {}

    Claim find(String id) {
        return claims.get(id);
    }

    Claim add(String id, char letter, long quantity, long reservedAtMs, long dueMs, String buyer, long seq) {
        Claim claim = put(id, letter, quantity, reservedAtMs, dueMs, buyer, seq);
        note(id, claim);
        return claim;
    }

    private Claim put(String id, char letter, long quantity, long reservedAtMs, long dueMs, String buyer, long seq) {
        Holder holder = holders.computeIfAbsent(buyer, Holder::new);
        Claim claim = new Claim(letter, quantity, reservedAtMs, dueMs, holder, seq);
        claims.put(id, claim);
        holder.hold(claim.live());
        return claim;
    }

    void become(String id, Claim claim, char letter) {
        change(id, claim, () -> claim.become(letter));
    }

    void extend(String id, Claim claim, long dueMs, long seq) {
        change(id, claim, () -> claim.extend(dueMs, seq));
    }

    /** The last ticket's refund ends it. */
    void refund(String id, Claim claim, long tickets) {
        change(id, claim, () -> {
            claim.refund(tickets);
            if (claim.live() == 0) {
                claim.become('F');
            }
        });
    }

    private void change(String id, Claim claim, Runnable change) {
        long before = claim.live();
        change.run();
        claim.holder().hold(claim.live() - before);
        note(id, claim);
    }

    /** What the ledger keeps of payments under a name. */
    String payment(String name) {
        return payments.get(name);
    }

    void pay(String name, String value) {
        payments.put(name, value);
        if (!changes.isEmpty()) {
            note(Check.PAYMENTS, name, value);
        }
    }

    /** Takes a record as the truth, where there is no history to tell it; false if it is not one. */
    boolean take(String id, String record) {
        Matcher parts = RECORD.matcher(record);
        if (!History.RESERVATION.matcher(id).matches() || !parts.matches() || status(parts.group(1)) == null) {
            return false;
        }
        // A page may show again what another has shown.
        if (!claims.containsKey(id)) {
            long reservedAtMs = Long.parseLong(parts.group(3));
            Claim claim = put(
                    id,
                    parts.group(1).charAt(0),
                    Long.parseLong(parts.group(2)),
                    reservedAtMs,
                    reservedAtMs + Long.parseLong(parts.group(4)),
                    parts.group(5),
                    0);
            claim.isRecordSeen = true;
        }
        return true;
    }

    /** The same of a payment; the reservations have been taken before. */
    void takePayment(String name, String value) {
        Matcher confirmed = CONFIRMED.matcher(value);
        if (payments.putIfAbsent(name, value) == null && confirmed.matches()) {
            Claim claim = claims.get(confirmed.group(1));
            if (claim != null) {
                refund(confirmed.group(1), claim, Long.parseLong(confirmed.group(2)));
            }
        }
        paymentsSeen.add(name);
    }

    private static ReservationStatus status(String letter) {
        try {
            return ReservationStatus.ofLetter(letter.charAt(0));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Tickets that all reservations with that letter, R or P, still have. */
    long tickets(char letter) {
        return claims.values().stream()
                .filter(claim -> claim.letter() == letter)
                .mapToLong(Claim::live)
                .sum();
    }

    Map<ReservationStatus, Long> counts() {
        Map<ReservationStatus, Long> counts = new TreeMap<>();
        claims.values().forEach(claim -> counts.merge(ReservationStatus.ofLetter(claim.letter()), 1L, Long::sum));
        return counts;
    }

    /** What is still reserved up to there. */
    void findReserved(Position upTo, Findings findings) {
        claims.forEach((id, claim) -> {
            if (claim.letter() == Claim.RESERVED && claim.seq() <= upTo.seq()) {
                findings.add(Check.DUE, id, claim.record(), "an end, as expiry has passed up to " + upTo);
            }
        });
    }

    // --- comparing --------------------------------------------------------------------------------------------------

    /** The reading begins. */
    void watch() {
        for (Check table : new Check[] {Check.RESERVATIONS, Check.BUYERS, Check.PAYMENTS}) {
            changes.put(table, new HashMap<>());
        }
    }

    private void note(String id, Claim claim) {
        if (changes.isEmpty()) {
            return;
        }
        note(Check.RESERVATIONS, id, claim.record());
        note(Check.BUYERS, claim.holder().buyer(), claim.holder().count());
    }

    private void note(Check table, String key, String value) {
        changes.get(table).computeIfAbsent(key, absent -> new HashSet<>()).add(value);
    }

    /** Something was read; while reading, nothing is added and nothing becomes anything else. */
    void saw(Check table, String key, String value) {
        if (value.equals(expected(table, key))) {
            markSeen(table, key);
        } else {
            doubts.add(new Doubt(table, key, value));
        }
    }

    private String expected(Check table, String key) {
        if (table == Check.BUYERS) {
            Holder holder = holders.get(key);
            return holder == null || holder.isAnonymous() ? null : holder.count();
        }
        if (table == Check.PAYMENTS) {
            return payments.get(key);
        }
        Claim claim = claims.get(key);
        return claim == null ? null : claim.record();
    }

    private void markSeen(Check table, String key) {
        Claim claim = claims.get(key);
        if (table == Check.BUYERS && holders.containsKey(key)) {
            holders.get(key).isSeen = true;
        } else if (table == Check.RESERVATIONS && claim != null) {
            claim.isRecordSeen = true;
        } else if (table == Check.PAYMENTS) {
            paymentsSeen.add(key);
        }
    }

    /** All was read, and all that happened meanwhile has been added. */
    void compare(Findings findings) {
        for (Doubt doubt : doubts) {
            if (!had(doubt)) {
                String expected = expected(doubt.table, doubt.key);
                findings.add(doubt.table, doubt.key, doubt.value, expected == null ? "nothing" : expected);
            }
            markSeen(doubt.table, doubt.key);
        }
        claims.forEach((id, claim) -> {
            if (!claim.isRecordSeen && isConstant(Check.RESERVATIONS, id)) {
                findings.add(Check.RESERVATIONS, id, "nothing", claim.record());
            }
        });
        holders.forEach((buyer, holder) -> {
            if (!holder.isSeen && !holder.isAnonymous() && isConstant(Check.BUYERS, buyer)) {
                findings.add(Check.BUYERS, buyer, "nothing", holder.count());
            }
        });
        comparePayments(findings);
    }

    private void comparePayments(Findings findings) {
        payments.forEach((name, value) -> {
            if (!paymentsSeen.contains(name) && isConstant(Check.PAYMENTS, name)) {
                findings.add(Check.PAYMENTS, name, "nothing", value);
            }
        });
    }

    private boolean had(Doubt doubt) {
        return changes.get(doubt.table).getOrDefault(doubt.key, Set.of()).contains(doubt.value);
    }

    private boolean isConstant(Check table, String key) {
        return !changes.get(table).containsKey(key);
    }
}
