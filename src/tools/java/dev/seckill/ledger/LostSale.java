package dev.seckill.ledger;

import dev.seckill.ledger.Glance.Position;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.Place;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.redisson.api.RScript;
import org.redisson.api.RScript.Mode;
import org.redisson.api.RScript.ReturnType;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

/**
 * A sale that a ledger has lost, or the end of which it has lost. Its steps are called in their order; whoever dies between two
 * begins again with the first.
 */
public final class LostSale {
    /** Far longer than a node takes: it must not be adopted because it was asked for. */
    private static final long NEVER_MS = Long.MAX_VALUE >> 12;

    /** In one call, which takes Redis some milliseconds; nobody buys here meanwhile, but on other sales. */
    private static final int MOST_AT_ONCE = 1_000;

    /** Of one call, about: what a thousand reservations need. */
    private static final int MOST_ARGS = 2 * MOST_AT_ONCE;

    /** As many as a node's: whoever reads movements by the page relies on it. */
    private static final int MOST_EXPIRED = 200;

    private final RedissonClient redisson;
    private final LedgerConfig config;
    private final SaleId sale;
    private final Keys keys;
    private final SaleReader reader;
    private String adopter = "";
    private long epoch;
    private long restsMs;

    LostSale(RedissonClient redisson, LedgerConfig config, SaleId sale) {
        this.config = config;
        this.redisson = redisson;
        this.sale = sale;
        this.keys = new Keys(sale);
        this.reader = new SaleReader(redisson, sale);
    }

    /** Its ledger, as a node reads it; whoever closes it has to end nothing else. */
    public Ledger openAsNode() {
        return OpenLedger.with(config);
    }

    /** What a sale is in the ledger. */
    public enum State {
        /** There is none, and nobody has seen one. */
        NONE,
        ARCHIVED,
        /** In service. */
        ADOPTED,
        /** Nodes have not adopted it yet, and nothing of it is missing. */
        WAITING,
        LOST
    }

    /**
     * What is known of a sale.
     *
     * @param last the last of its movements that the ledger still has
     * @param movements how many it has
     * @param seen how far nodes have seen it, or what is written of it elsewhere
     * @param taken tickets that nodes have seen taken by then; -1 if none has said anything
     */
    public record Known(State state, Place last, long movements, Place seen, long taken) {}

    /** Asks for it as a node does that has seen so far. */
    public Known ask(Place written) {
        reader.glance().wrongKeys().forEach((key, type) -> {
            throw new LedgerAway(
                    "Its key " + key + " is a " + type + ", and no sale's: rename it, and run this again.");
        });
        if (reader.glance().stock().isEmpty()) {
            // Whoever has seen it says so by itself: what this ledger never had gets no stub here.
            return new Known(written.equals(Place.BEGIN) ? State.NONE : State.LOST, Place.BEGIN, 0, Place.BEGIN, -1);
        }
        String verdict = (String) run(Script.ADOPT.text(), keys.stock, written.epoch(), written.seq(), -1, NEVER_MS, 0)
                .get(0);
        Glance glance = reader.glance();
        State state =
                switch (verdict.split(":", 2)[0]) {
                    case "ADOPTED" -> State.ADOPTED;
                    case "WAITING" -> State.WAITING;
                    case "LOST" -> State.LOST;
                    default -> glance.isArchived() ? State.ARCHIVED : State.NONE;
                };
        return new Known(
                state,
                place(glance.last()),
                redisson.getStream(keys.movements, StringCodec.INSTANCE).size(),
                new Place(Math.max(0, glance.number("known_epoch")), Math.max(0, glance.number("known_seq"))),
                glance.number("known_taken"));
    }

    private static Place place(Position position) {
        return new Place(position.epoch(), position.seq());
    }

    /** Where its last movement stands. */
    public Place last() {
        return place(reader.glance().last());
    }

    /** The movement at that place, if it is there. */
    public Optional<Movement> at(Place place) {
        List<Movement> found = new ArrayList<>();
        Position before = new Position(place.epoch(), place.seq() - 1);
        reader.movements(before, new Position(place.epoch(), place.seq()), movement -> found.add(movement));
        return found.stream().filter(each -> each.place().equals(place)).findFirst();
    }

    /** Takes the sale away from everybody else; without its movements if they are not to be trusted. */
    public void begin(long newEpoch, boolean withoutMovements) {
        epoch = newEpoch;
        adopter = "lost-" + newEpoch;
        String verdict = (String) run(Script.REBUILD.text(), keys.archive, epoch, adopter, withoutMovements ? 1 : 0)
                .get(0);
        if (!verdict.equals("BEGUN")) {
            throw new LedgerAway("Sale " + sale + " can't be rebuilt now: " + verdict + ".");
        }
    }

    /** Puts movements behind those that are there, a few at a time: others sell meanwhile. */
    public void refill(List<Movement> movements) {
        List<Object> args = new ArrayList<>();
        for (Movement movement : movements) {
            args.add(movement.place());
            args.add(2 * (movement.fields().size() + movement.parts().size()));
            movement.fields().forEach((name, value) -> {
                args.add(name);
                args.add(value);
            });
            movement.parts().forEach(part -> {
                args.add(part.reservation());
                args.add(part.text());
            });
            if (args.size() >= MOST_ARGS) {
                act(Script.REFILL, keys.stock, args.toArray());
                args.clear();
            }
        }
        if (!args.isEmpty()) {
            act(Script.REFILL, keys.stock, args.toArray());
        }
    }

    /** Replays some of the movements; where it is now, or nothing once all are replayed and the new epoch has begun. */
    public Optional<Place> replay() {
        Reply reply = act(Script.REPLAY, keys.payments, epoch, MOST_AT_ONCE);
        Place place = new Place(reply.standing().epoch(), reply.standing().seq());
        return reply.text(0).equals("MORE") ? Optional.of(place) : Optional.empty();
    }

    /** Expires some of what is due; how many, or nothing when nothing more is due. */
    public Optional<Long> expire() {
        Reply reply = act(Script.EXPIRE, keys.reservations, MOST_EXPIRED, MOST_AT_ONCE);
        restsMs = reply.restockAtMs() == 0 ? 0 : Math.min(reply.restockAtMs() - reply.nowMs() + 1, reply.restMs() + 1);
        return reply.result(0) == 0 && reply.result(1) > reply.nowMs()
                ? Optional.empty()
                : Optional.of(reply.result(0));
    }

    /** Waits until what has expired is on sale, as far as it is not held back: those who have paid may need it. */
    public void awaitRestock() {
        if (restsMs > 0) {
            Pause.of(Duration.ofMillis(restsMs));
        }
    }

    /** Those of the reservations that are there, each with its record as the ledger keeps it. */
    public Map<String, String> reservations(Set<String> codes) {
        return there(keys.payments.get(2), codes);
    }

    /** Those of the payments that are decided here, each with its decision as the ledger keeps it. */
    public Map<String, String> payments(Set<String> names) {
        return there(keys.payments.get(4), names);
    }

    private Map<String, String> there(Object key, Set<String> names) {
        return redisson.<String, String>getMap((String) key, StringCodec.INSTANCE)
                .getAll(names);
    }

    /** Restores a reservation of which there is proof elsewhere; false if there are not enough tickets for it. */
    public boolean restore(String reservation, String buyer, int quantity) {
        return !act(Script.RESTORE, keys.reservations, reservation, buyer, quantity)
                .text(0)
                .startsWith("NOT_ENOUGH");
    }

    /** Decides again what a payment has bought; why nothing, if it is nothing. */
    public Optional<String> confirm(PaymentId payment, ReservationId reservation) {
        String[] result = act(
                        Script.CONFIRM,
                        keys.payments,
                        payment.code(),
                        reservation.code(),
                        reservation.successor(payment).code(),
                        "")
                .text(0)
                .split(":", 2);
        return result[0].equals("CONFIRMED") ? Optional.empty() : Optional.of(result[1]);
    }

    /** Writes down again that a payment's money is due back. */
    public void owe(PaymentId payment, ReservationId reservation, String reason) {
        act(Script.OWE, keys.decisions, payment.code(), reservation.code(), reason);
    }

    /** What is held back when a sale goes on: tickets, until when (ms). */
    public record HeldBack(long tickets, long untilMs) {}

    /** The sale goes on. */
    public HeldBack resume(String operator) {
        redisson.<String>getSet(Keys.SALES, StringCodec.INSTANCE).add(sale.value());
        String[] result = act(Script.RESUME, keys.stock, operator).text(0).split(":", 3);
        return new HeldBack(Long.parseLong(result[1]), Long.parseLong(result[2]));
    }

    private Reply act(Script script, List<Object> on, Object... args) {
        Reply reply = new Reply(run(script.text(adopter), on, args), 0);
        if (!reply.isOk()) {
            throw new LedgerAway(
                    switch (reply.verdict().split(":", 2)[0]) {
                        case "UNREADABLE" ->
                            "Movement " + reply.verdict().split(":", 2)[1] + " of sale " + sale + " can't be read.";
                        case "CORRUPT" -> "What the movements of sale " + sale + " add up to is impossible.";
                        default -> "Somebody else is rebuilding sale " + sale + " (" + reply.verdict() + ").";
                    });
        }
        return reply;
    }

    private List<Object> run(String text, List<Object> on, Object... args) {
        RScript scripts = redisson.getScript(StringCodec.INSTANCE);
        return scripts.eval(Mode.READ_WRITE, text, ReturnType.LIST, on, args);
    }
}
