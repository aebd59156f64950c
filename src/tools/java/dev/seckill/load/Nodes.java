package dev.seckill.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The same purchases, by four nodes, two and one. */
@Command(
        name = "nodes",
        customSynopsis = "scripts/load nodes [OPTION...]",
        description = {
            "Sends a rate of purchases that one node bears to nginx in front of four nodes, of two and of one, each attempt"
                    + " when it is due whatever is answered, on a sale that has enough for all. The lightest nodes are"
                    + " stopped first. What counts is what a purchase costs and how long it takes.%n"
        })
final class Nodes extends Verb {
    private static final List<Integer> SIZES = List.of(4, 2, 1);
    private static final int RATE = 1_000;
    private static final int QUICK_RATE = 200;
    private static final int CONNECTIONS = 256;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration GOOD = Duration.ofSeconds(1);
    private static final String SCRIPT_CALL = "evalsha";

    private static final Set<Verdict> WON = EnumSet.of(Verdict.RESERVED, Verdict.ALREADY_RESERVED);

    /** A sale that is open and has enough for all, of which no buyer wants more than it may. */
    private static final Set<Verdict> POSSIBLE =
            EnumSet.of(Verdict.RESERVED, Verdict.ALREADY_RESERVED, Verdict.BUSY, Verdict.UNKNOWN, Verdict.NO_ANSWER);

    @Option(names = "--rate", paramLabel = "N", description = "Attempts per second (1000).")
    private Integer rate;

    @Option(
            names = "--time",
            paramLabel = "DURATION",
            description = "For how long with each number of nodes, ISO 8601 (PT30S).")
    private Duration time;

    /**
     * What a number of nodes showed.
     *
     * @param idle what is used without load
     */
    private record Step(Attempted offered, Use idle) {
        long won() {
            return WON.stream().mapToLong(offered.run().heard()::count).sum();
        }

        /** Of all that serve, in microseconds per answer. */
        double cost() {
            return offered.use().cpu().entrySet().stream()
                            .filter(each -> !each.getKey().equals(Meter.GENERATOR))
                            .mapToLong(each -> each.getValue().toNanos())
                            .sum()
                    / 1e3
                    / offered.answers();
        }

        /** Of the ledger's scripts per 1 000 answers, beyond those without load. */
        double calls() {
            double without = idle.calls().getOrDefault(SCRIPT_CALL, 0L)
                    / idle.seconds()
                    * offered.use().seconds();
            return 1e3 * (offered.use().calls().getOrDefault(SCRIPT_CALL, 0L) - without) / offered.answers();
        }
    }

    @Override
    Set<Generator> generators() {
        return Set.of();
    }

    /** It has a cluster of its own, and never turns. */
    @Override
    Set<String> unused() {
        return Set.of(
                "--target",
                "--key-file",
                "--tokens",
                "--operator-token-file",
                "--constant",
                "--ticket-sale",
                "--cluster",
                "--threads",
                "--rounds",
                "--slice");
    }

    @Override
    Setup setup(LoadOptions common) {
        return Setup.CLUSTER;
    }

    @Override
    String objection(LoadOptions common) {
        if (common.connections(CONNECTIONS) > LoadPlan.MOST_CONNECTIONS) {
            return "--connections is at most " + LoadPlan.MOST_CONNECTIONS;
        }
        return (rate != null && rate < 1) || (time != null && time.toSeconds() < 1)
                ? "--rate is at least 1 and --time at least PT1S"
                : null;
    }

    @Override
    List<Chapter> measure(Session session) {
        LoadOptions options = session.options();
        Stand stand = session.stand();
        LoadedCluster cluster = stand.cluster().orElseThrow();
        int perSecond = rate != null ? rate : options.quick ? QUICK_RATE : RATE;
        Duration each = time != null ? time : Duration.ofSeconds(options.quick ? 2 : 30);
        Duration warmUp = options.pace().warmUp();
        Map<Integer, Step> bySize = new LinkedHashMap<>();
        try (Meter meter = Meter.of(stand)) {
            TokenFile tokens = stand.tokens(options.buyers(), session.progress());
            Attempts client = new Attempts("nodes", session, meter, tokens);
            for (int size : SIZES) {
                if (size < cluster.size()) {
                    session.progress().say("Stopping all nodes but " + size + " ...");
                    cluster.keepHeaviest(size);
                }
                offer(client, session, "warming up " + name(size), perSecond, warmUp);
                session.progress().step("nodes: counting what happens without load", Duration.ZERO);
                Use idle = meter.idle(stand.seckill(), options.idle());
                bySize.put(size, new Step(offer(client, session, name(size), perSecond, each), idle));
            }
        }
        return List.of(chapter(options, perSecond, each, warmUp, bySize));
    }

    private static String name(int size) {
        return size == 1 ? "1 node" : size + " nodes";
    }

    private static Attempted offer(Attempts client, Session session, String name, int perSecond, Duration time) {
        Stand stand = session.stand();
        Target target = stand.seckill();
        // the buyers of each are the same, under the same keys
        OnSale sale = OnSale.open(stand, OnSale.newName("nodes"), OnSale.ENOUGH);
        Attempted offered = client.run(
                name,
                target,
                POSSIBLE,
                new LoadPlan(
                        target.address(),
                        Attempts.request(target, sale, client.tokens()),
                        Arrivals.atRate(perSecond, time),
                        session.options().connections(CONNECTIONS),
                        PATIENCE,
                        1,
                        GOOD));
        sale.requireHeard(offered.run());
        return offered;
    }

    private static Chapter chapter(
            LoadOptions options, int perSecond, Duration each, Duration warmUp, Map<Integer, Step> bySize) {
        List<Figure> highlights = new ArrayList<>();
        List<Measurement> measurements = new ArrayList<>();
        bySize.forEach((size, step) -> {
            highlights.add(new Figure(
                    "Won, " + name(size),
                    step.won() / (each.toNanos() / 1e9),
                    "a second",
                    "%.1f %% of all"
                            .formatted(100.0 * step.won() / step.offered().run().attempts())));
            highlights.add(new Figure(
                    "CPU, " + name(size), step.cost(), "µs per answer", "of all processes but the generator's"));
            highlights.add(new Figure(
                    "Calls of Redis, " + name(size), step.calls(), "per 1 000 answers", "beyond those without load"));
            measurements.add(step.offered().measurement());
        });
        return new Chapter(
                "nodes: %,d purchases a second, by 4, 2 and 1".formatted(perSecond),
                ("Attempts at a ticket through nginx, %,d a second for %d s with each number of nodes, each due whatever is"
                                + " answered and made once. Nodes that go are stopped, the lightest first, so that those"
                                + " of weight 3 and 4 are left, and then that of weight 4. The sale has enough for all.")
                        .formatted(perSecond, each.toSeconds()),
                "One thread of this process: %d connections; before each, a warm-up of %d s"
                        .formatted(options.connections(CONNECTIONS), warmUp.toSeconds()),
                highlights,
                measurements,
                List.of(),
                List.of(
                        compared(bySize.get(4), bySize.get(1)),
                        "Each sale has as many reservations as buyers heard of theirs, and beyond these at most as many as"
                                + " heard unknown or nothing.",
                        "The processor time holds what is used without load, too."));
    }

    /** What four do otherwise than one, as the figures have it. */
    private static String compared(Step four, Step one) {
        double calls = four.calls() / one.calls();
        return "Four nodes took %.2f times the processor time of one for an answer, and %.1f times its calls of Redis%s. All"
                        .formatted(
                                four.cost() / one.cost(),
                                calls,
                                calls > 1 ? ", as fewer purchases wait together at each of four to be one call" : "")
                + " share the processors of this machine, so that more nodes are no more power here.";
    }
}
