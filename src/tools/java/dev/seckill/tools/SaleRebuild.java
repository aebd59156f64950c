package dev.seckill.tools;

import dev.seckill.ledger.Auditor;
import dev.seckill.ledger.Finding;
import dev.seckill.ledger.LostSale;
import dev.seckill.ledger.LostSale.HeldBack;
import dev.seckill.ledger.LostSale.Known;
import dev.seckill.ledger.LostSale.State;
import dev.seckill.ledger.Movement;
import dev.seckill.order.Written;
import dev.seckill.order.Written.Paid;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.Place;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.Pause;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Rebuilds one sale that its ledger has lost, wholly or from a place on, of what the ledger still has and what is written in the
 * database.
 *
 * <p>Both are beginnings of one history, so the longer one is what is known of it. From the database nothing is accepted any more
 * that was read before, first of all; so what is chosen stays the longest. The sale's stock, reservations, buyers and payments are
 * made anew of its movements. What is missing still, payments prove in part; for the rest as many tickets are held back as nodes
 * have seen taken and nothing tells of. It is audited before anybody may buy. Whatever it dies in between is begun again.
 */
final class SaleRebuild {
    private static final int MOVEMENTS_AT_ONCE = 200;
    private static final int PAYMENTS_AT_ONCE = 1_000;

    /** How it ended. */
    enum Result {
        NONE,
        NOT_LOST,
        /** It could be rebuilt, and was only looked at. */
        LOOKED_AT,
        REBUILT,
        /** It is still out of service. */
        WRONG
    }

    /** Why it can't be rebuilt so; says what can be done. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    /**
     * How to go about it.
     *
     * @param heardByNanos (System.nanoTime) when nodes have said how far they have seen
     * @param withoutNodes if none says so
     * @param fromDatabase alone: what only the ledger has is not to be trusted
     * @param onlyLook change nothing
     */
    record Terms(long heardByNanos, boolean withoutNodes, boolean fromDatabase, boolean onlyLook, String operator) {}

    private final SaleId sale;
    private final LostSale ledger;
    private final Optional<Written> database;
    private final Auditor auditor;
    private final Terms terms;
    private final Consumer<String> step;
    private final Consumer<String> progress;
    private long restored;
    private long decided;

    /** The steps are told when they are done, the progress within one now and then. */
    SaleRebuild(
            SaleId sale,
            LostSale ledger,
            Optional<Written> database,
            Auditor auditor,
            Terms terms,
            Consumer<String> step,
            Consumer<String> progress) {
        this.sale = sale;
        this.ledger = ledger;
        this.database = database;
        this.auditor = auditor;
        this.terms = terms;
        this.step = step;
        this.progress = progress;
    }

    Result run() {
        if (database.map(each -> each.isFinished(sale)).orElse(false)) {
            step.accept("archived: nothing to rebuild");
            return Result.NOT_LOST;
        }
        Known known = ledger.ask(written());
        switch (known.state()) {
            case NONE -> {
                step.accept("there is no such sale, neither in the ledger nor in the database");
                return Result.NONE;
            }
            case ARCHIVED -> {
                step.accept("archived: nothing to rebuild");
                return Result.NOT_LOST;
            }
            case ADOPTED -> {
                step.accept("in service: nothing to rebuild");
                return Result.NOT_LOST;
            }
            case WAITING -> {
                step.accept("not lost: the nodes adopt it on its restarted Redis by themselves");
                return Result.NOT_LOST;
            }
            case LOST -> {}
        }
        known = hearNodes();
        tellWhatIsKnown(known);
        if (terms.onlyLook()) {
            return Result.LOOKED_AT;
        }
        rebuild(known);
        if (!audited()) {
            return Result.WRONG;
        }
        database.ifPresent(each -> {
            each.write(sale, ledger.last(), ledger.openAsNode());
            step.accept("the database has all of it");
        });
        return resume();
    }

    private Place written() {
        return database.map(each -> each.place(sale)).orElse(Place.BEGIN);
    }

    private Known hearNodes() {
        while (System.nanoTime() - terms.heardByNanos() < 0) {
            progress.accept("waiting for the nodes to say how far they have seen");
            Pause.of(Duration.ofMillis(250));
        }
        Known known = ledger.ask(written());
        if (known.state() != State.LOST) {
            throw new Refused("Sale " + sale + " was rebuilt by somebody else meanwhile.");
        }
        if (known.taken() < 0 && !terms.withoutNodes()) {
            throw new Refused(
                    "No node has said how far it has seen sale " + sale + ", so nobody knows how many tickets were"
                            + " taken. Start the nodes that sold, or one of them, if they still run; if they have ended go on with"
                            + " --without-nodes: tickets that were acknowledged and are not written are sold again.");
        }
        return known;
    }

    private void tellWhatIsKnown(Known known) {
        Place written = written();
        if (known.last().equals(Place.BEGIN) && written.equals(Place.BEGIN)) {
            throw new Refused(
                    "Nothing is left of sale " + sale + ": neither its Redis nor a database has a movement of it.");
        }
        if (terms.fromDatabase() && written.equals(Place.BEGIN)) {
            throw new Refused("The database has no movement of sale " + sale
                    + ": with --from-database nothing would be left of it. Go on without that.");
        }
        step.accept("lost: the ledger has its movements up to " + known.last() + ", the database up to " + written
                + ", nodes have seen up to " + known.seen());
    }

    // --- rebuilding -------------------------------------------------------------------------------------------------

    private void rebuild(Known known) {
        // Refuses before anything is changed, what it can.
        if (!terms.fromDatabase()) {
            goesOn(known);
        }
        long later = 1 + Math.max(known.seen().epoch(), known.last().epoch());
        long epoch = database.map(each -> each.fence(sale, later)).orElse(later);
        step.accept("epoch " + epoch + " begins: the database takes nothing any more that was read before");
        Place from = terms.fromDatabase() ? Place.BEGIN : goesOn(known);
        ledger.begin(epoch, terms.fromDatabase());
        step.accept("taken out of everybody's hands");
        if (from != null) {
            step.accept(refill(from) + " movements of the database put into the ledger");
        }
        Optional<Place> at = ledger.replay();
        while (at.isPresent()) {
            Place place = at.get();
            progress.accept("replayed up to " + place);
            at = ledger.replay();
        }
        step.accept("movements replayed");
        // What is paid is decided before it is due, and has its tickets before what is not paid yet.
        provenBy((paid, record) -> paid.decision() != null && record.startsWith("R"));
        long expired = 0;
        for (Optional<Long> some = ledger.expire(); some.isPresent(); some = ledger.expire()) {
            expired += some.get();
        }
        ledger.awaitRestock();
        step.accept(expired + " reservations expired");
        provenBy((paid, record) -> paid.decision() != null);
        provenBy((paid, record) -> paid.decision() == null);
        if (database.isPresent()) {
            step.accept(restored + " reservations and " + decided + " decisions put back that payments prove");
        }
    }

    /** From where the movements of the database go on from those of the ledger; null if they end before. */
    private Place goesOn(Known known) {
        Place last = known.last();
        boolean isWhole = known.movements() == last.seq();
        Place written = written();
        if (database.isEmpty() || written.equals(Place.BEGIN)) {
            if (!isWhole) {
                throw new Refused(
                        "The movements of sale " + sale + " in its Redis have gaps, and no database has them.");
            }
            return null;
        }
        if (last.equals(Place.BEGIN)) {
            return last;
        }
        Place common = last.isBefore(written) ? last : written;
        Optional<Movement> there = ledger.at(common);
        if (!isWhole || there.isEmpty() || !there.equals(database.get().at(sale, common))) {
            throw new Refused("What the ledger and the database tell of sale " + sale + " up to " + common
                    + " is not the same. --from-database takes the database's alone; what only this Redis has is given up"
                    + " then, and held back as far as nodes have seen it.");
        }
        return common.equals(last) ? last : null;
    }

    private long refill(Place from) {
        Written written = database.orElseThrow();
        long refilled = 0;
        Place place = from;
        List<Movement> page = written.after(sale, place, MOVEMENTS_AT_ONCE);
        while (!page.isEmpty()) {
            ledger.refill(page);
            place = page.get(page.size() - 1).place();
            refilled += page.size();
            progress.accept("put back up to " + place);
            page = written.after(sale, place, MOVEMENTS_AT_ONCE);
        }
        return refilled;
    }

    // --- payments ---------------------------------------------------------------------------------------------------

    /** Puts back what some payments prove, by what they say and their reservation's record in the ledger ('' if it has none). */
    private void provenBy(BiPredicate<Paid, String> which) {
        database.ifPresent(written -> {
            List<Paid> page = written.payments(sale, 0, PAYMENTS_AT_ONCE);
            while (!page.isEmpty()) {
                putBack(written, page, which);
                long last = page.get(page.size() - 1).number();
                progress.accept("payments up to number " + last);
                page = written.payments(sale, last, PAYMENTS_AT_ONCE);
            }
        });
    }

    private void putBack(Written written, List<Paid> page, BiPredicate<Paid, String> which) {
        Map<String, String> there =
                ledger.reservations(page.stream().map(Paid::reservation).collect(Collectors.toSet()));
        Map<String, String> decisions = ledger.payments(
                page.stream().map(each -> "payment:" + each.payment()).collect(Collectors.toSet()));
        Set<String> known = new HashSet<>(there.keySet());
        for (Paid paid : page) {
            if (!which.test(paid, there.getOrDefault(paid.reservation(), ""))) {
                continue;
            }
            if (paid.isHeld() && known.add(paid.reservation())) {
                restored += ledger.restore(paid.reservation(), paid.buyer(), paid.quantity()) ? 1 : 0;
            }
            if (paid.decision() != null && !decisions.containsKey("payment:" + paid.payment())) {
                decideAgain(written, paid);
                decided++;
            }
        }
    }

    private void decideAgain(Written written, Paid paid) {
        PaymentId payment = new PaymentId(paid.payment());
        ReservationId reservation = new ReservationId(sale, paid.reservation());
        if (paid.decision().equals("REFUND_DUE")) {
            ledger.owe(payment, reservation, paid.refundReason());
            return;
        }
        ledger.confirm(payment, reservation).ifPresent(reason -> {
            String trouble = "The ledger lost what it had bought, and there is no ticket for it any more (" + reason
                    + "): its money goes back.";
            written.trouble(paid.payment(), trouble);
            step.accept("payment " + paid.payment() + ": " + trouble);
        });
    }

    // --- selling again ----------------------------------------------------------------------------------------------

    private boolean audited() {
        List<Finding> findings = auditor.audit(sale).orElseThrow().findings();
        for (Finding finding : findings) {
            step.accept("WRONG  " + finding.check() + " " + finding.subject() + ": found " + finding.found()
                    + ", expected " + finding.expected());
        }
        if (findings.isEmpty()) {
            step.accept("audited: all is right");
        } else {
            step.accept("it stays out of service. --from-database leaves out what only the ledger has.");
        }
        return findings.isEmpty();
    }

    private Result resume() {
        HeldBack held = ledger.resume(terms.operator());
        step.accept(
                held.tickets() == 0
                        ? "the sale goes on, nothing is missing"
                        : "the sale goes on; " + held.tickets() + " tickets are held back until "
                                + Instant.ofEpochMilli(held.untilMs())
                                + ": they were taken, and nothing tells by whom (reserved-unknown)");
        return Result.REBUILT;
    }
}
