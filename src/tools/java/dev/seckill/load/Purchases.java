package dev.seckill.load;

import java.net.URI;
import java.time.Duration;

/** Purchases by wrk, all of which have to win, or all of which have to be refused. */
final class Purchases implements Case {
    private final String name;
    private final Target target;
    private final URI reservations;
    private final Wrk wrk;
    private final boolean allWin;
    private long answers;
    private long underWay;

    Purchases(String name, Target target, OnSale sale, Wrk wrk, boolean allWin) {
        this.name = name;
        this.target = target;
        this.reservations = sale.reservations(target);
        this.wrk = wrk;
        this.allWin = allWin;
    }

    /** The purchases of a sale under a name, and beside them the same on the constant. */
    static Pair pair(Session session, String name, OnSale sale, boolean allWin) {
        LoadOptions options = session.options();
        Stand stand = session.stand();
        TokenFile tokens = stand.tokens(options.buyers(), session.progress());
        Wrk wrk = Wrk.in(session.folder(), options.connections(), options.threads, tokens);
        return new Pair(
                new Purchases(name, stand.seckill(), sale, wrk, allWin),
                stand.constant()
                        .map(target -> new Purchases(Target.CONSTANT, target, sale, wrk, true))
                        .orElse(null));
    }

    /** How they load, for the report. */
    static String load(LoadOptions options) {
        Pace pace = options.pace();
        return "wrk: %d connections, %d threads, the tokens of %s buyers; %d rounds of %d s each, after a warm-up of %d s at most"
                .formatted(
                        options.connections(),
                        Math.min(options.threads, options.connections()),
                        options.tokens == null
                                ? "%,d".formatted(options.buyers())
                                : options.tokens.getFileName() + "'s",
                        pace.rounds(),
                        pace.slice().toSeconds(),
                        pace.warmUp().toSeconds());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Target target() {
        return target;
    }

    @Override
    public Slice load(Duration time) {
        Slice slice = wrk.load(reservations, time);
        answers += slice.answers();
        underWay += wrk.connections();
        if (!slice.failures().isEmpty()) {
            throw new Spoiled("%s: %d answers from %s, and without an answer: %s."
                    .formatted(name, slice.answers(), target.address(), slice.failures()));
        }
        if (slice.refused() != (allWin ? 0 : slice.answers())) {
            throw new Spoiled("%s: %d of %d answers from %s were refusals (4xx or 5xx), and %s had to be."
                    .formatted(name, slice.refused(), slice.answers(), target.address(), allWin ? "none" : "all"));
        }
        return slice;
    }

    @Override
    public long answers() {
        return answers;
    }

    /** Wrk ends without waiting for what it has sent last. */
    @Override
    public long underWay() {
        return underWay;
    }
}
