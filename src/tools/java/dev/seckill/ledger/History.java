package dev.seckill.ledger;

import dev.seckill.ledger.Glance.Position;
import dev.seckill.ledger.Movement.Part;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A sale's movements, replayed: what they add up to, and whether each was possible where it stands.
 *
 * <p>An impossible step is found and changes nothing. Where the history itself is broken (a gap, an unknown or unreadable
 * movement) the replay ends: from there on nobody can say what should be.
 */
final class History {
    static final Pattern RESERVATION = Pattern.compile("[A-Za-z0-9_-]{22}");

    private static final String[] DEFINITION = {
        "name", "amount_minor", "currency", "opens_at_ms", "closes_at_ms", "hold_ms", "limit_per_buyer", "rest_ms"
    };

    /** What a movement may say of all its reservations. */
    private static final Set<String> FIELDS = Set.of(
            "movement",
            "at_ms",
            "due_ms",
            "amount_minor",
            "to",
            "payment",
            "succeeds",
            "refund",
            "reason",
            "operator",
            "left");

    private final Findings findings;
    private final Claims claims = new Claims();
    private final Map<String, String> definition = new LinkedHashMap<>();
    /** Each epoch by the seq of its first movement. */
    private final NavigableMap<Long, Long> epochs = new TreeMap<>(Map.of(0L, 0L));

    private Position last = Position.BEGIN;
    private boolean isWhole = true;
    private String state = "OPEN";
    private long atMs;
    private long lastDueMs;
    private long capacity;
    private long remaining;
    private long returning;
    private long reserved;
    private long sold;
    private long restockAtMs;
    private long taken;
    private long owed;
    private long owedUntilMs;
    private long sellable = 1;
    private long cancelledAhead;
    private boolean wasShort;

    History(Findings findings) {
        this.findings = findings;
    }

    /** Whether all of it could be replayed so far. */
    boolean isWhole() {
        return isWhole;
    }

    Position last() {
        return last;
    }

    /** Whether a movement stands there; the beginning counts as one. */
    boolean has(Position position) {
        return position.seq() >= 0
                && position.seq() <= last.seq()
                && epochs.floorEntry(position.seq()).getValue() == position.epoch();
    }

    Claims claims() {
        return claims;
    }

    /** What the stock should be. */
    Map<String, String> stock() {
        Map<String, String> stock = new LinkedHashMap<>(definition);
        stock.put("state", state);
        stock.put("epoch", Long.toString(last.epoch()));
        stock.put("seq", Long.toString(last.seq()));
        stock.put("capacity", Long.toString(capacity));
        stock.put("remaining", Long.toString(remaining));
        stock.put("returning", Long.toString(returning));
        stock.put("reserved", Long.toString(reserved));
        stock.put("sold", Long.toString(sold));
        stock.put("restock_at_ms", Long.toString(returning == 0 ? 0 : restockAtMs));
        stock.put("sellable", Long.toString(sellable));
        stock.put("taken", Long.toString(taken));
        stock.put("owed", Long.toString(owed));
        stock.put("owed_until_ms", Long.toString(owedUntilMs));
        stock.put("cancelled_ahead", Long.toString(cancelledAhead));
        return stock;
    }

    /** The time of the last movement. */
    long atMs() {
        return atMs;
    }

    /** It must reach so far: the stock says so. */
    void reaches(long seq) {
        if (isWhole && last.seq() < seq) {
            breaks("the last", last, "seq " + seq + ", as the stock says");
        }
    }

    void apply(Movement movement) {
        if (!isWhole) {
            return;
        }
        String name = movement.kind();
        Position here = new Position(movement.epoch(), movement.seq());
        String subject = here + " " + name;
        if (here.seq() != last.seq() + 1) {
            breaks(subject, "seq " + here.seq() + " after " + last.seq(), "seq " + (last.seq() + 1));
            return;
        }
        if ((here.seq() == 1) != name.equals("CREATED")) {
            breaks(subject, name, here.seq() == 1 ? "CREATED" : "CREATED at the beginning only");
            return;
        }
        boolean begins = name.equals("ADOPTED") || name.equals("CREATED");
        long epoch = last.epoch() + (begins ? 1 : 0);
        // A rebuild begins one that is later than any which was lost.
        if (here.epoch() < epoch || (!begins && here.epoch() != epoch)) {
            findings.add(Check.MOVEMENTS, subject, "epoch " + here.epoch(), "epoch " + epoch);
        }
        if (here.epoch() != last.epoch()) {
            epochs.put(here.seq(), here.epoch());
        }
        last = here;
        try {
            replay(name, new Step(subject, movement));
        } catch (NumberFormatException e) {
            breaks(subject, movement.fields(), "all its fields, well-formed");
        }
    }

    private void breaks(String subject, Object found, Object expected) {
        findings.add(Check.MOVEMENTS, subject, found, expected);
        isWhole = false;
    }

    private void impossible(Step step, Object found, Object expected) {
        findings.add(Check.MOVEMENTS, step.subject, found, expected);
    }

    /** One movement; what is missing in it or no number is a NumberFormatException. */
    private record Step(String subject, Movement movement) {
        long number(String field) {
            return movement.number(field);
        }

        String text(String field) {
            String text = movement.fields().get(field);
            if (text == null) {
                throw new NumberFormatException(field);
            }
            return text;
        }

        /** The reservations of a movement that is about reservations. */
        List<Part> parts() {
            if (movement.parts().isEmpty()
                    || !FIELDS.containsAll(movement.fields().keySet())) {
                throw new NumberFormatException("reservations");
            }
            return movement.parts();
        }
    }

    private void replay(String name, Step step) {
        long now = step.number("at_ms");
        if (now < atMs) {
            impossible(step, "at_ms " + now, "at_ms " + atMs + " or later");
        }
        atMs = Math.max(atMs, now);
        switch (name) {
            case "CREATED" -> create(step);
            case "RESERVED", "RESTORED" -> reserve(step, now);
            case "EXTENDED" -> extend(step, now);
            case "PAID" -> pay(step, now);
            case "REFUND_DUE" -> oweBack(step);
            case "REFUNDED" -> refund(step, now);
            case "CANCELLED" -> end(step, 'C', now);
            case "EXPIRED" -> end(step, 'E', now);
            case "CAPACITY_ADDED" -> addCapacity(step, now);
            case "RESTOCKED" -> restock(step, now);
            case "STATE_CHANGED" -> changeState(step);
            case "CORRECTED" -> correct(step, now);
            case "ADOPTED" -> step.text("run_id");
            case "HELD_BACK" -> holdBack(step, now);
            default -> breaks(step.subject, "this movement", "one that is known here");
        }
        boolean isShort = remaining < 0 || returning < 0 || reserved < 0;
        if (isShort && !wasShort) {
            impossible(
                    step,
                    "remaining " + remaining + ", returning " + returning + ", reserved " + reserved,
                    "none below 0");
        }
        wasShort = isShort;
    }

    private void create(Step step) {
        capacity = step.number("quantity");
        remaining = capacity;
        for (String field : DEFINITION) {
            definition.put(field, step.text(field));
        }
    }

    private void changeState(Step step) {
        if (state.equals("CLOSED")) {
            impossible(step, "state " + step.text("state"), "CLOSED, which is for good");
        }
        state = step.text("state");
    }

    private void reserve(Step step, long now) {
        if (!state.equals("OPEN") && step.movement.kind().equals("RESERVED")) {
            impossible(step, "while " + state, "while OPEN");
        }
        checkPrice(step);
        long dueMs = dueInOrder(step);
        for (Part part : step.parts()) {
            reserve(step, part, now, dueMs);
        }
    }

    private void checkPrice(Step step) {
        String price = definition.get("amount_minor");
        if (!step.text("amount_minor").equals(price)) {
            impossible(step, "amount_minor " + step.text("amount_minor"), "amount_minor " + price);
        }
    }

    private long dueInOrder(Step step) {
        long dueMs = step.number("due_ms");
        if (dueMs < lastDueMs) {
            impossible(step, "due_ms " + dueMs, "due_ms " + lastDueMs + " or later: they stand in order of due");
        }
        lastDueMs = Math.max(lastDueMs, dueMs);
        return dueMs;
    }

    private void reserve(Step step, Part part, long now, long dueMs) {
        String id = part.reservation();
        long quantity = part.quantity();
        Claim known = claims.find(id);
        if (known != null) {
            impossible(step, id + " was " + known.record(), "no such reservation before");
            return;
        }
        if (!RESERVATION.matcher(id).matches() || quantity < 1) {
            impossible(step, id + ", quantity " + quantity, "22 of A-Z, a-z, 0-9, - and _, quantity 1 or more");
            return;
        }
        reserved += quantity;
        take(step, claims.add(id, Claim.RESERVED, quantity, now, dueMs, part.buyer(), last.seq()));
    }

    private void take(Step step, Claim claim) {
        remaining -= claim.quantity();
        Holder holder = claim.holder();
        // What is restored was decided, and taken, before.
        boolean isDecidedHere = !step.movement.kind().equals("RESTORED");
        taken += isDecidedHere ? claim.quantity() : 0;
        if (isDecidedHere && !holder.isAnonymous() && holder.tickets() > limit()) {
            findings.add(
                    Check.LIMIT, holder.buyer(), holder.tickets() + " after " + step.subject, "at most " + limit());
        }
    }

    private void extend(Step step, long now) {
        checkPrice(step);
        long dueMs = dueInOrder(step);
        if (dueMs != now + Long.parseLong(definition.get("hold_ms"))) {
            impossible(step, "due_ms " + dueMs, "a hold time after " + now);
        }
        for (Part part : step.parts()) {
            Claim claim = live(step, part);
            if (claim != null && claim.isExtended()) {
                impossible(step, part.reservation() + " was extended before", "once");
            } else if (claim != null) {
                claims.extend(part.reservation(), claim, dueMs, last.seq());
            }
        }
    }

    /** Of one reservation, or of one born paid that succeeds an expired one. */
    private void pay(Step step, long now) {
        Part part = only(step);
        String expired = step.movement.fields().get("succeeds");
        if (isDecided(step)) {
            return;
        }
        if (expired != null) {
            succeed(step, part, expired, now);
            return;
        }
        Claim claim = live(step, part);
        if (claim != null) {
            claims.become(part.reservation(), claim, Claim.PAID);
            reserved -= claim.quantity();
            sold += claim.quantity();
            decide(step, "CONFIRMED|" + part.reservation() + "|0");
        }
    }

    private void succeed(Step step, Part part, String expired, long now) {
        checkPrice(step);
        Claim before = claims.find(expired);
        boolean isSame = before != null
                && before.letter() == 'E'
                && before.quantity() == part.quantity()
                && before.holder().buyer().equals(part.buyer())
                && claims.payment("successor:" + expired) == null;
        if (!isSame || claims.find(part.reservation()) != null) {
            impossible(
                    step,
                    expired + " was " + (before == null ? "nothing" : before.record()),
                    "E|" + part.quantity() + "|…|" + part.buyer() + ", bought anew once");
            return;
        }
        sold += part.quantity();
        claims.pay("successor:" + expired, part.reservation());
        decide(step, "CONFIRMED|" + part.reservation() + "|0");
        take(
                step,
                claims.add(
                        part.reservation(),
                        Claim.PAID,
                        part.quantity(),
                        now,
                        step.number("due_ms"),
                        part.buyer(),
                        last.seq()));
    }

    private void oweBack(Step step) {
        String decision = "REFUND_DUE|" + step.text("reservation") + "|" + step.text("reason");
        if (!isDecided(step)) {
            decide(step, decision);
        }
    }

    /** A payment is decided once. */
    private boolean isDecided(Step step) {
        String before = claims.payment(payment(step));
        if (before != null) {
            impossible(step, payment(step) + " was " + before, "not decided");
        }
        return before != null;
    }

    private void decide(Step step, String decision) {
        claims.pay(payment(step), decision);
    }

    private static String payment(Step step) {
        return "payment:" + step.text("payment");
    }

    private void refund(Step step, long now) {
        Part part = only(step);
        String id = part.reservation();
        String name = payment(step);
        Claim claim = claims.find(id);
        String bought = claim == null ? "nothing" : "CONFIRMED|" + id + "|" + claim.refunded();
        boolean fits = claim != null
                && claim.letter() == Claim.PAID
                && part.quantity() > 0
                && part.quantity() <= claim.live()
                && claim.holder().buyer().equals(part.buyer())
                && bought.equals(claims.payment(name))
                && claims.payment("refund:" + step.text("refund")) == null
                && step.number("left") == claim.live() - part.quantity();
        if (!fits) {
            impossible(
                    step,
                    name + " was " + claims.payment(name) + ", " + id + " was "
                            + (claim == null ? bought : claim.record()),
                    "confirmed, with as many tickets left");
            return;
        }
        claims.refund(id, claim, part.quantity());
        claims.pay(name, "CONFIRMED|" + id + "|" + claim.refunded());
        claims.pay("refund:" + step.text("refund"), step.text("payment") + "|" + part.quantity());
        claims.pay("refunded:" + id, Long.toString(claim.refunded()));
        sold -= part.quantity();
        giveBack(step, part.quantity(), now);
    }

    private static Part only(Step step) {
        if (step.parts().size() != 1) {
            throw new NumberFormatException("one reservation");
        }
        return step.parts().get(0);
    }

    private void end(Step step, char letter, long now) {
        long tickets = 0;
        for (Part part : step.parts()) {
            tickets += end(step, part, letter, now);
        }
        if (tickets > 0) {
            giveBack(step, tickets, now);
        }
    }

    /** How many tickets it gives back. */
    private long end(Step step, Part part, char letter, long now) {
        String id = part.reservation();
        if (letter == 'C' && part.quantity() == 0 && claims.find(id) == null) {
            claims.add(id, letter, 0, now, now, part.buyer(), last.seq());
            cancelledAhead++;
            return 0;
        }
        Claim claim = live(step, part);
        if (claim == null) {
            return 0;
        }
        if (letter == 'E' && now < claim.dueMs()) {
            impossible(step, "at_ms " + now, "at_ms " + claim.dueMs() + " or later, when it was due");
        }
        claims.become(id, claim, letter);
        reserved -= claim.quantity();
        return claim.quantity();
    }

    /** The reservation of a step that only a RESERVED one can take; null if this one can't. */
    private Claim live(Step step, Part part) {
        String id = part.reservation();
        Claim claim = claims.find(id);
        if (claim == null) {
            impossible(step, id + " was never reserved", "it was RESERVED before");
            return null;
        }
        boolean isSame =
                claim.quantity() == part.quantity() && claim.holder().buyer().equals(part.buyer());
        if (claim.letter() != Claim.RESERVED || !isSame) {
            impossible(
                    step, id + " was " + claim.record(), Claim.RESERVED + "|" + part.quantity() + "|…|" + part.buyer());
            return null;
        }
        return claim;
    }

    private void addCapacity(Step step, long now) {
        long quantity = step.number("quantity");
        capacity += quantity;
        giveBack(step, quantity, now);
    }

    /** On sale at once while as many remain as anybody may ask for; else they rest. */
    private void giveBack(Step step, long tickets, long now) {
        boolean goOnSale = step.text("to").equals("remaining");
        if (goOnSale != remaining >= limit()) {
            impossible(step, "to " + step.text("to") + " while " + remaining + " remained", "the other");
        }
        if (goOnSale) {
            remaining += tickets;
            return;
        }
        long held = heldBack(now);
        long before = returning;
        returning += tickets;
        if (before <= held && returning > held) {
            restockAtMs = now + restMs();
        }
    }

    /** Tickets at rest that are owed to somebody whom a loss has made unknown. */
    private long heldBack(long now) {
        return now < owedUntilMs ? owed : 0;
    }

    private void holdBack(Step step, long now) {
        long quantity = step.number("quantity");
        long more = step.number("owed") - heldBack(now);
        if (more < 1 || quantity != Math.min(more, remaining) || step.number("taken") < taken) {
            impossible(
                    step,
                    "quantity " + quantity + ", owed " + step.number("owed") + ", taken " + step.number("taken"),
                    "what is owed, of " + remaining + " that remained; taken " + taken + " or more");
        }
        remaining -= quantity;
        returning += quantity;
        taken = step.number("taken");
        owed = step.number("owed");
        owedUntilMs = step.number("until_ms");
        restockAtMs = returning > owed ? now + restMs() : owedUntilMs;
    }

    /** It brings back what the movements before it say; only where the free tickets are is new. */
    private void correct(Step step, long now) {
        String[] is = step.text("is").split("\\|", -1);
        long free = remaining + returning;
        String all = capacity + "|" + reserved + "|" + sold;
        if (is.length != 5
                || !all.equals(is[0] + "|" + is[3] + "|" + is[4])
                || Long.parseLong(is[1]) + Long.parseLong(is[2]) != free) {
            impossible(step, "is " + step.text("is"), "capacity, reserved and sold " + all + ", " + free + " free");
            return;
        }
        String[] was = step.text("was").split("\\|", -1);
        if (!was[1].equals(is[1]) || !was[2].equals(is[2])) {
            restockAtMs = now + restMs();
        }
        remaining = Long.parseLong(is[1]);
        returning = Long.parseLong(is[2]);
    }

    private long restMs() {
        return Long.parseLong(definition.get("rest_ms"));
    }

    private long limit() {
        return Long.parseLong(definition.get("limit_per_buyer"));
    }

    private void restock(Step step, long now) {
        long quantity = step.number("quantity");
        long held = Math.min(heldBack(now), returning);
        if (quantity != returning - held || step.number("sellable") != sellable + 1) {
            impossible(
                    step,
                    "quantity " + quantity + ", sellable " + step.number("sellable"),
                    "quantity " + (returning - held) + ", sellable " + (sellable + 1));
            return;
        }
        returning -= quantity;
        remaining += quantity;
        sellable = step.number("sellable");
        restockAtMs = owedUntilMs;
    }
}
