package dev.seckill.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** More want to buy than the node can serve, and it goes on. */
@Command(
        name = "overload",
        customSynopsis = "scripts/load overload [OPTION...]",
        description = {
            "Finds how many purchases a second the node serves when each connection waits for its answer (the peak),"
                    + " then sends a multiple of that for a while, each attempt when it is due whatever the node does,"
                    + " on a sale that has enough for all. What counts is the goodput: reservations heard within a"
                    + " second of when they were due. A node that queues instead of saying busy has a low one.%n"
        })
final class Overload extends Verb {
    private static final int PEAK_CONNECTIONS = 100;
    private static final int PEAK_SLICES = 3;
    private static final int CONNECTIONS = 2_000;
    private static final Set<Verdict> WON = EnumSet.of(Verdict.RESERVED, Verdict.ALREADY_RESERVED);

    /** A sale that is open and has enough for all, of which no buyer wants more than it may. */
    private static final Set<Verdict> POSSIBLE =
            EnumSet.of(Verdict.RESERVED, Verdict.ALREADY_RESERVED, Verdict.BUSY, Verdict.UNKNOWN, Verdict.NO_ANSWER);

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration GOOD = Duration.ofSeconds(1);

    /** An offer of which more is served in time is none too many: twice as much is the next. */
    private static final double SERVED = 0.8;

    private static final int MOST_OFFERS = 3;

    /** Peaks that differ by more were not taken under the same conditions. */
    private static final double STEADY = 1.3;

    @Option(
            names = "--factor",
            paramLabel = "X",
            description = "How many times the peak is offered (${DEFAULT-VALUE}).")
    private double factor = 2;

    @Option(names = "--time", paramLabel = "DURATION", description = "For how long it is offered, ISO 8601 (PT20S).")
    private Duration time;

    @Override
    Set<Generator> generators() {
        return Set.of();
    }

    /** The node is compared with itself, and never in rounds. */
    @Override
    Set<String> unused() {
        return Set.of("--constant", "--ticket-sale", "--threads", "--rounds");
    }

    @Override
    Setup setup(LoadOptions common) {
        return Setup.NODE;
    }

    @Override
    String objection(LoadOptions common) {
        if (common.connections(CONNECTIONS) > LoadPlan.MOST_CONNECTIONS) {
            return "--connections is at most " + LoadPlan.MOST_CONNECTIONS;
        }
        return factor <= 0 || (time != null && time.toSeconds() < 1)
                ? "--factor is above 0 and --time at least PT1S"
                : null;
    }

    @Override
    List<Chapter> measure(Session session) {
        Pace pace = session.options().pace();
        Duration offered =
                time != null ? time : session.options().quick ? Duration.ofSeconds(3) : Duration.ofSeconds(20);
        Stand stand = session.stand();
        // the buyers of each run are the same, under the same keys
        OnSale warm = OnSale.open(stand, OnSale.newName("warm"), OnSale.ENOUGH);
        try (Meter meter = Meter.of(stand)) {
            TokenFile tokens = stand.tokens(session.options().buyers(), session.progress());
            Attempts client = new Attempts("overload", session, meter, tokens);
            client.closed("warming up", stand.seckill(), POSSIBLE, warm, PEAK_CONNECTIONS, pace.warmUp());
            Attempted before = peak("peak before", client, session);
            double peakBefore = perSecond(before);
            if (peakBefore < 1) {
                throw new Spoiled("The node sold nothing before it was overloaded: "
                        + before.run().ends().counts() + ".");
            }
            // a refusal is code of its own, and cold so far
            offer("warming up", client, session, factor * peakBefore, pace.slice());
            Attempted over = offer(client, session, factor * peakBefore, offered);
            for (int times = 1;
                    times < MOST_OFFERS
                            && good(over.run()) > SERVED * over.run().attempts();
                    times++) {
                session.progress().say("overload: all of that was served; offering twice as much");
                over = offer(client, session, 2 * over.run().attempts() / seconds(offered), offered);
            }
            Attempted after = peak("peak after", client, session);
            return List.of(chapter(session.options(), tokens.size(), before, over, after, offered));
        }
    }

    private static Attempted peak(String name, Attempts client, Session session) {
        OnSale sale = OnSale.open(session.stand(), OnSale.newName("peak"), OnSale.ENOUGH);
        return client.closed(
                name,
                session.stand().seckill(),
                POSSIBLE,
                sale,
                PEAK_CONNECTIONS,
                session.options().pace().slice().multipliedBy(PEAK_SLICES));
    }

    private static double perSecond(Attempted peak) {
        return good(peak.run()) * 1e9 / peak.run().nanos();
    }

    private static Attempted offer(Attempts client, Session session, double rate, Duration offered) {
        return offer("offered %,.0f/s".formatted(rate), client, session, rate, offered);
    }

    private static Attempted offer(String name, Attempts client, Session session, double rate, Duration offered) {
        Target target = session.stand().seckill();
        OnSale sale = OnSale.open(session.stand(), OnSale.newName("overload"), OnSale.ENOUGH);
        Attempted over = client.run(
                name,
                target,
                POSSIBLE,
                new LoadPlan(
                        target.address(),
                        Attempts.request(target, sale, client.tokens()),
                        Arrivals.atRate(rate, offered),
                        session.options().connections(CONNECTIONS),
                        PATIENCE,
                        1,
                        GOOD));
        sale.requireHeard(over.run());
        return over;
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }

    private static long good(LoadRun run) {
        return Arrays.stream(run.heard().goodSeries()).sum();
    }

    private Chapter chapter(
            LoadOptions options, int buyers, Attempted before, Attempted over, Attempted after, Duration offered) {
        LoadRun run = over.run();
        Tally heard = run.heard();
        double rate = run.attempts() / seconds(offered);
        double peak = Math.max(perSecond(before), perSecond(after));
        double goodput = good(run) / seconds(offered);
        List<Measurement> measurements = new ArrayList<>();
        measurements.add(before.measurement());
        measurements.add(over.measurement());
        for (Verdict verdict : EnumSet.of(Verdict.RESERVED, Verdict.BUSY, Verdict.NO_ANSWER)) {
            if (heard.count(verdict) > 0) {
                measurements.add(over.measurement(
                        over.name() + ": " + verdict,
                        EnumSet.of(verdict),
                        List.of(new Figure(
                                "p99 since it was sent",
                                heard.service(EnumSet.of(verdict)).getValueAtPercentile(99) / 1e3,
                                "ms"))));
            }
        }
        measurements.add(new Measurement(
                "goodput",
                perSecond(after) > perSecond(before) ? after.name() : before.name(),
                Spread.of(goodput),
                Spread.of(goodput / peak),
                heard.latency(WON),
                Attempted.points(heard.goodSeries()),
                Map.of(),
                List.of()));
        measurements.add(after.measurement());
        List<Figure> highlights = new ArrayList<>();
        highlights.add(new Figure(
                "Peak",
                peak,
                "reservations/s",
                "the better of before and after; " + PEAK_CONNECTIONS + " connections"));
        highlights.add(new Figure("Offered", rate, "attempts/s", "%.1f times the peak".formatted(rate / peak)));
        highlights.add(new Figure("Goodput", goodput, "reservations/s", "heard within a second of when they were due"));
        highlights.add(new Figure("Goodput by peak", goodput / peak, ""));
        highlights.addAll(over.percentiles(WON, "of the reservations, since they were due"));
        List<Figure> figures = new ArrayList<>();
        figures.add(new Figure("Busy", 100.0 * heard.count(Verdict.BUSY) / heard.count(), "% of the attempts"));
        figures.add(
                new Figure("No answer", 100.0 * heard.count(Verdict.NO_ANSWER) / heard.count(), "% of the attempts"));
        figures.add(new Figure("Given up before they could be sent", run.unsent(), "attempts"));
        figures.add(new Figure("All answered", run.nanos() / 1e9 - seconds(offered), "s", "after the last was due"));
        return new Chapter(
                "overload: %.1f times the peak".formatted(rate / peak),
                ("Attempts of %,d different buyers, %,.0f a second for %d s, each due whatever the node does; each waits"
                                + " %d s at most and asks once. Times count from when an attempt was due. The sale has"
                                + " enough for all: nothing sells out.")
                        .formatted(buyers, rate, offered.toSeconds(), PATIENCE.toSeconds()),
                "One thread of this process: %d connections, and %d for each peak (%d s); before, a warm-up of %d s"
                        .formatted(
                                options.connections(CONNECTIONS),
                                PEAK_CONNECTIONS,
                                options.pace().slice().multipliedBy(PEAK_SLICES).toSeconds(),
                                options.pace().warmUp().toSeconds()),
                highlights,
                measurements,
                figures,
                remarks(before, after));
    }

    private static List<String> remarks(Attempted before, Attempted after) {
        List<String> remarks = new ArrayList<>(List.of(
                "The sale has as many reservations as buyers heard of theirs, and beyond these at most as many as"
                        + " heard unknown or nothing."));
        double change = perSecond(after) / perSecond(before);
        if (change > STEADY || change < 1 / STEADY) {
            remarks.add(
                    ("The peak after was %.1f times the peak before: something else used this machine, or the node was"
                                    + " not warm, so the figures mean little.")
                            .formatted(change));
        }
        return remarks;
    }
}
