package dev.seckill.load;

import dev.seckill.ledger.Auditor;
import dev.seckill.ledger.LedgerAway;
import dev.seckill.ledger.SaleAudit;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A million buyers want ten thousand tickets. */
@Command(
        name = "rush",
        customSynopsis = "scripts/load rush [OPTION...]",
        description = {
            "Sends attempts of so many different buyers, each when it is due whatever the node does (open model; times"
                    + " count from when it was due), on far fewer tickets. Who hears busy, unknown or nothing asks"
                    + " again with the same key, as advised. Then compares what every buyer heard with the ledger,"
                    + " audits the ledger, and fails unless each ticket went to one buyer and no one else.%n"
        })
final class Rush extends Verb {
    private static final int ATTEMPTS = 1_000_000;
    private static final int TICKETS = 10_000;
    private static final int RATE = 6_000;
    private static final int QUICK_ATTEMPTS = 20_000;
    private static final int QUICK_TICKETS = 500;
    private static final int QUICK_RATE = 2_000;
    private static final int CONNECTIONS = 256;
    private static final int WARM_UP_CONNECTIONS = 100;

    /** The constant gets a tenth of the attempts, before and after. */
    private static final int YARDSTICK_PART = 10;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Set<Verdict> WON = EnumSet.of(Verdict.RESERVED, Verdict.ALREADY_RESERVED);
    private static final Set<Verdict> REFUSED = EnumSet.of(Verdict.SOLD_OUT);

    /** A sale that is open for all, of which each buyer wants one ticket. */
    private static final Set<Verdict> POSSIBLE = EnumSet.of(
            Verdict.RESERVED,
            Verdict.ALREADY_RESERVED,
            Verdict.SOLD_OUT,
            Verdict.BUSY,
            Verdict.UNKNOWN,
            Verdict.NO_ANSWER);

    private static final Set<Verdict> CONSTANT = EnumSet.of(Verdict.RESERVED);
    private static final String SINCE_THE_FIRST = "since the first attempt was due";

    @Option(names = "--attempts", paramLabel = "N", description = "Attempts, each of another buyer (1000000).")
    private Integer attempts;

    @Option(names = "--tickets", paramLabel = "N", description = "Tickets of the sale (10000).")
    private Integer tickets;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description =
                    "Attempts per second (6000: a million take 167 s, and on two cores the constant keeps up, which it"
                            + " did not at 10000 after 30 s of warm-up. A busy machine wants less: above what it can"
                            + " refuse, what is measured is its queue).")
    private Integer rate;

    @Option(
            names = "--tries",
            paramLabel = "N",
            description = "Tries of one attempt at most, under one key (${DEFAULT-VALUE}; 100 are the most).")
    private int tries = 5;

    @Override
    Set<Generator> generators() {
        return Set.of();
    }

    /** It is compared with the ledger of its own stand, and never in turns. */
    @Override
    Set<String> unused() {
        return Set.of(
                "--target",
                "--key-file",
                "--tokens",
                "--operator-token-file",
                "--buyers",
                "--constant",
                "--ticket-sale",
                "--threads",
                "--rounds",
                "--slice");
    }

    @Override
    String objection(LoadOptions common) {
        if (common.connections(CONNECTIONS) > LoadPlan.MOST_CONNECTIONS) {
            return "--connections is at most " + LoadPlan.MOST_CONNECTIONS;
        }
        if (isWrong(attempts) || isWrong(tickets) || isWrong(rate) || tries < 1) {
            return "--attempts, --tickets, --rate and --tries are at least 1";
        }
        if (attempts != null && attempts > AttemptRequest.MOST) {
            return "--attempts is at most " + AttemptRequest.MOST;
        }
        return tries > LoadPlan.MOST_TRIES ? "--tries is at most " + LoadPlan.MOST_TRIES : null;
    }

    private static boolean isWrong(Integer number) {
        return number != null && number < 1;
    }

    /** Only the ledger of an own stand can be compared with what was heard. */
    @Override
    boolean suits(LoadOptions common) {
        return common.target == null;
    }

    @Override
    boolean goesWithCluster() {
        return true;
    }

    private int perSecond(LoadOptions options) {
        return rate != null ? rate : options.quick ? QUICK_RATE : RATE;
    }

    @Override
    List<Chapter> measure(Session session) {
        boolean quick = session.options().quick;
        int many = attempts != null ? attempts : quick ? QUICK_ATTEMPTS : ATTEMPTS;
        int few = tickets != null ? tickets : quick ? QUICK_TICKETS : TICKETS;
        int perSecond = perSecond(session.options());
        Stand stand = session.stand();
        try (Meter meter = Meter.of(stand)) {
            TokenFile tokens = stand.tokens(many, session.progress());
            Attempts client = new Attempts("rush", session, meter, tokens);
            warmUp(session, client);
            int part = Math.max(1, many / YARDSTICK_PART);
            OnSale sale = OnSale.open(stand, OnSale.newName("rush"), few);
            Optional<Attempted> before = stand.constant()
                    .map(target -> offer(client, "constant before", target, CONSTANT, sale, session, perSecond, part));
            Attempted rush = offer(client, "rush", stand.seckill(), POSSIBLE, sale, session, perSecond, many);
            Optional<Attempted> after = stand.constant()
                    .map(target -> offer(client, "constant after", target, CONSTANT, sale, session, perSecond, part));
            RushAudit audit = audit(session, rush.run(), new SaleId(sale.id()), few);
            return List.of(chapter(session.options(), many, few, perSecond, rush, before, after, audit));
        }
    }

    private static void warmUp(Session session, Attempts client) {
        Duration third = session.options().pace().warmUp().dividedBy(3);
        Stand stand = session.stand();
        OnSale enough = OnSale.open(stand, OnSale.newName("warm"), OnSale.ENOUGH);
        OnSale one = OnSale.open(stand, OnSale.newName("empty"), 1);
        client.closed("warming up with winners", stand.seckill(), POSSIBLE, enough, WARM_UP_CONNECTIONS, third);
        client.closed("warming up with refused", stand.seckill(), POSSIBLE, one, WARM_UP_CONNECTIONS, third);
        stand.constant()
                .ifPresent(target ->
                        client.closed("warming up the constant", target, CONSTANT, enough, WARM_UP_CONNECTIONS, third));
    }

    private Attempted offer(
            Attempts client,
            String name,
            Target target,
            Set<Verdict> possible,
            OnSale sale,
            Session session,
            int perSecond,
            int many) {
        return client.run(
                name,
                target,
                possible,
                new LoadPlan(
                        target.address(),
                        Attempts.request(target, sale, client.tokens()),
                        Arrivals.atRate(perSecond, many),
                        session.options().connections(CONNECTIONS),
                        PATIENCE,
                        tries,
                        Duration.ofSeconds(1)));
    }

    private static RushAudit audit(Session session, LoadRun run, SaleId sale, int tickets) {
        session.progress().say("rush: auditing");
        String redis = session.stand().redisAddress().orElseThrow();
        try (Auditor auditor = Auditor.open(redis, Optional.empty(), Optional.empty(), line -> session.progress()
                .step(line, Duration.ZERO))) {
            List<Reservation> ledger = auditor.reservations(sale);
            RushAudit audit = RushAudit.of(run, sale, tickets, ledger);
            SaleAudit sums = auditor.audit(sale)
                    .orElseThrow(() -> new Spoiled("The sale " + sale + " is not in the ledger any more."));
            List<String> findings = new ArrayList<>(audit.findings());
            sums.findings().forEach(finding -> findings.add(finding.toString()));
            if (!findings.isEmpty()) {
                throw new Spoiled("The ledger is not what the buyers heard:\n  " + String.join("\n  ", findings));
            }
            session.progress()
                    .say(("Audit OK: %,d reservations in the ledger, %,d buyers heard of theirs, %,d could not hear"
                                    + " it; %s.")
                            .formatted(ledger.size(), audit.winners(), audit.unheard(), sums.sums()));
            session.stand()
                    .cluster()
                    .ifPresent(cluster -> OrdersAudit.require(session, cluster.database(), sale, auditor));
            return audit;
        } catch (LedgerAway e) {
            throw new Spoiled("The ledger can't be audited (" + e.getMessage() + ").", e);
        }
    }

    private Chapter chapter(
            LoadOptions options,
            int many,
            int few,
            int perSecond,
            Attempted rush,
            Optional<Attempted> before,
            Optional<Attempted> after,
            RushAudit audit) {
        LoadRun run = rush.run();
        List<Measurement> measurements = new ArrayList<>();
        measurements.add(rush.measurement());
        measurements.add(rush.measurement("rush: winners", WON, List.of()));
        measurements.add(rush.measurement("rush: refused", REFUSED, List.of()));
        before.ifPresent(each -> measurements.add(each.measurement()));
        after.ifPresent(each -> measurements.add(each.measurement()));
        List<Figure> highlights =
                new ArrayList<>(rush.percentiles(EnumSet.allOf(Verdict.class), "of all tries, since they were due"));
        addMoment(highlights, "First sold-out heard", run.heard().firstNanos(Verdict.SOLD_OUT));
        addMoment(highlights, "Last ticket taken", TimeUnit.MILLISECONDS.toNanos(audit.lastTakenMs()));
        addMoment(highlights, "Last ticket won", run.heard().lastNanos(Verdict.RESERVED));
        List<Figure> figures = new ArrayList<>();
        figures.add(new Figure("All over", run.nanos() / 1e9, "s", SINCE_THE_FIRST));
        figures.add(new Figure("Tries beyond the first", run.heard().count() - run.attempts(), ""));
        figures.add(new Figure("Given up before they could be sent", run.unsent(), "tries"));
        figures.add(new Figure("Winners", audit.winners(), "buyers"));
        figures.add(new Figure("Won without hearing of it", audit.unheard(), "buyers"));
        if (before.isPresent() && after.isPresent()) {
            double constant = (before.get().nodeMicros() + after.get().nodeMicros()) / 2;
            figures.add(new Figure("CPU of the node", rush.nodeMicros() / constant, "× the constant's", "per answer"));
            double constantP99 = (p99(before.get()) + p99(after.get())) / 2;
            figures.add(new Figure("p99", p99(rush) / constantP99, "× the constant's", "at the same rate"));
        }
        run.ends()
                .counts()
                .forEach((verdict, count) -> figures.add(new Figure("Heard last: " + verdict, count, "buyers")));
        List<String> remarks = new ArrayList<>(
                List.of("Exactly %,d reservations are in the ledger, each of another buyer, and each of these heard of"
                                .formatted(Math.min(few, many))
                        + " its own or, at last, busy, unknown or nothing; nobody who heard sold out has one, or heard it"
                        + " before the last ticket was taken; the ledger's audit is OK."));
        remarks.add(
                options.cluster
                        ? "Four nodes behind nginx sold them, and the orders in PostgreSQL are those of the ledger."
                        : "At the rate of arrivals the answers come as fast as the attempts: the ratio to the constant is"
                                + " in the processor time and the latency, not in the answers per second.");
        return new Chapter(
                "rush: %,d buyers, %,d tickets".formatted(many, few),
                ("%,d attempts, each of another buyer under a key of its own, due at %,d a second whatever is"
                                + " answered. Who hears busy, unknown or nothing asks again under the same key, at most %d"
                                + " times in all. Times count from when a try was due.")
                        .formatted(many, perSecond, tries),
                "One thread of this process: %d connections; before, a warm-up of %d s"
                        .formatted(
                                options.connections(CONNECTIONS),
                                options.pace().warmUp().toSeconds()),
                highlights,
                measurements,
                figures,
                remarks,
                List.of(audit.left()));
    }

    /** A moment that never came is left out. */
    private static void addMoment(List<Figure> figures, String name, long nanos) {
        if (nanos >= 0) {
            figures.add(new Figure(name, nanos / 1e9, "s", SINCE_THE_FIRST));
        }
    }

    private static double p99(Attempted attempted) {
        return attempted.run().heard().latency(EnumSet.allOf(Verdict.class)).getValueAtPercentile(99);
    }
}
