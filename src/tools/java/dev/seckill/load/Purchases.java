package dev.seckill.load;

import java.net.URI;
import java.time.Duration;

/** Purchases by wrk, all of which have to be answered by 2xx, or all of which have to be refused. */
class Purchases implements Case {
    private final String name;
    private final Target target;
    private final URI address;
    private final Wrk wrk;
    private final boolean accepted;
    private long answers;
    private long underWay;

    /** Of a sale of the target. */
    Purchases(String name, Target target, OnSale sale, Wrk wrk, boolean accepted) {
        this(name, target, sale.reservations(target), wrk, accepted);
    }

    Purchases(String name, Target target, URI address, Wrk wrk, boolean accepted) {
        this.name = name;
        this.target = target;
        this.address = address;
        this.wrk = wrk;
        this.accepted = accepted;
    }

    /** The purchases of a sale under a name, and beside them the same on the constant. */
    static Pair pair(Session session, String name, OnSale sale, boolean accepted) {
        LoadOptions options = session.options();
        Stand stand = session.stand();
        TokenFile tokens = stand.tokens(options.buyers(), session.progress());
        Wrk wrk = Wrk.in(session.folder(), options.connections(), options.threads, tokens);
        return new Pair(
                new Purchases(name, stand.seckill(), sale, wrk, accepted),
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
        Slice slice = wrk.load(address, time);
        answers += slice.answers();
        underWay += wrk.connections();
        if (!slice.failures().isEmpty()) {
            throw new Spoiled("%s: %d answers from %s, and without an answer: %s."
                    .formatted(name, slice.answers(), target.address(), slice.failures()));
        }
        if (slice.refused() != (accepted ? 0 : slice.answers())) {
            throw new Spoiled("%s: %d of %d answers from %s were refusals (4xx or 5xx), and %s had to be."
                    .formatted(name, slice.refused(), slice.answers(), target.address(), accepted ? "none" : "all"));
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
