package dev.seckill.ledger;

import dev.seckill.ledger.Glance.Position;
import dev.seckill.ledger.SaleAudit.ComparedWith;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The audit of one sale without the reading: movements go in until {@link #begin}, then what is read of its tables, then
 * the movements of that time, and {@link #end} tells what is wrong.
 */
final class SaleCheck {
    private static final List<String> SUMS = List.of("remaining", "returning", "reserved", "sold");
    private static final Pattern POSITION = Pattern.compile("\\d{1,18}-\\d{1,18}");

    private final Findings findings = new Findings();
    private final History history = new History(findings);
    /** What reservations and buyers should be. */
    private Claims claims = history.claims();

    private ComparedWith comparedWith = ComparedWith.NOTHING;

    History history() {
        return history;
    }

    /** All movements up to this moment went in; now the tables are read. */
    void begin(Glance glance) {
        history.reaches(glance.number("seq"));
        comparedWith = history.isWhole() ? ComparedWith.MOVEMENTS : ComparedWith.RECORDS;
        if (comparedWith == ComparedWith.RECORDS) {
            claims = new Claims();
        }
        claims.watch();
    }

    /** An entry of a table; the reservations come before the payments, and these before the buyers. */
    void saw(Check table, String key, String value) {
        if (comparedWith == ComparedWith.RECORDS && table == Check.RESERVATIONS) {
            if (!claims.take(key, value)) {
                findings.add(table, key, value, "status|quantity|reserved at|held for|buyer");
            }
        } else if (comparedWith == ComparedWith.RECORDS && table == Check.PAYMENTS) {
            claims.takePayment(key, value);
        } else {
            claims.saw(table, key, value);
        }
    }

    /** All movements up to this moment went in. */
    SaleAudit end(SaleId sale, Glance begin, Glance end) {
        checkSums(end);
        boolean wasWhole = comparedWith == ComparedWith.MOVEMENTS;
        if (wasWhole && history.isWhole()) {
            history.reaches(end.number("seq"));
        }
        if (wasWhole != history.isWhole() || (!wasWhole && !begin.last().equals(end.last()))) {
            // It broke under our eyes, or goes on without a history: what was read is of no one moment.
            comparedWith = ComparedWith.NOTHING;
            return result(sale, end, Map.of());
        }
        if (wasWhole) {
            checkStock(end);
        } else {
            checkTickets(end, "reserved", Claim.RESERVED);
            checkTickets(end, "sold", Claim.PAID);
        }
        claims.compare(findings);
        return result(sale, end, claims.counts());
    }

    /** Of an archived sale only this moment is left. */
    SaleAudit archived(SaleId sale, Glance glance) {
        checkSums(glance);
        for (String sum : List.of("returning", "reserved")) {
            if (!glance.text(sum).equals("0")) {
                findings.add(Check.ARCHIVED, sum, glance.text(sum), "0");
            }
        }
        glance.others().forEach(key -> findings.add(Check.ARCHIVED, key, "still there", "nothing"));
        return result(sale, glance, Map.of());
    }

    /** There are keys of a sale without its stock. */
    SaleAudit lost(SaleId sale, Glance glance) {
        findings.add(Check.KEYS, "stock", "nothing", "the stock that " + glance.others() + " belong to");
        return result(sale, glance, Map.of());
    }

    /** Some keys are not even of the right kind. */
    SaleAudit unreadable(SaleId sale, Glance glance) {
        glance.wrongKeys().forEach((key, type) -> findings.add(Check.KEYS, key, type, "its own type"));
        return result(sale, glance, Map.of());
    }

    private SaleAudit result(SaleId sale, Glance glance, Map<ReservationStatus, Long> counts) {
        Map<String, Long> sums = new LinkedHashMap<>();
        sums.put("capacity", glance.number("capacity"));
        SUMS.forEach(sum -> sums.put(sum, glance.number(sum)));
        return new SaleAudit(
                sale,
                glance.text("state"),
                glance.number("epoch"),
                glance.number("seq"),
                sums,
                counts,
                comparedWith,
                findings.shown(),
                findings.more());
    }

    private void checkSums(Glance glance) {
        long sum = 0;
        for (String each : SUMS) {
            if (glance.number(each) < 0) {
                findings.add(Check.SUMS, each, glance.text(each), "0 or more");
            }
            sum += glance.number(each);
        }
        if (sum != glance.number("capacity")) {
            findings.add(
                    Check.SUMS,
                    "remaining + returning + reserved + sold",
                    sum,
                    glance.text("capacity") + ", the capacity");
        }
    }

    private void checkStock(Glance glance) {
        history.stock().forEach((field, expected) -> {
            String found = glance.stock().getOrDefault(field, field.equals("cancelled_ahead") ? "0" : "nothing");
            if (!found.equals(expected)) {
                findings.add(Check.STOCK, field, found, expected);
            }
        });
        checkExpiry(glance);
        if (glance.number("now_ms") < history.atMs()) {
            findings.add(Check.STOCK, "now_ms", glance.text("now_ms"), history.atMs() + " or later");
        }
    }

    private void checkExpiry(Glance glance) {
        String expiredTo = glance.text("expired_to");
        if (!POSITION.matcher(expiredTo).matches() || !history.has(Position.parse(expiredTo))) {
            findings.add(Check.STOCK, "expired_to", expiredTo, "the position of a movement");
        } else {
            claims.findReserved(Position.parse(expiredTo), findings);
        }
    }

    private void checkTickets(Glance glance, String sum, char letter) {
        if (claims.tickets(letter) != glance.number(sum)) {
            findings.add(Check.SUMS, sum, glance.text(sum), claims.tickets(letter) + ", the reservations' tickets");
        }
    }
}
