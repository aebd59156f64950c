package dev.seckill.load;

import dev.seckill.ledger.Auditor;
import dev.seckill.load.Chapter.Curve;
import dev.seckill.order.Drain;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.Pause;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Every reservation becomes an order. */
@Command(
        name = "orders",
        customSynopsis = "scripts/load orders [OPTION...]",
        description = {
            "Asks what orders cost, with a PostgreSQL that keeps what it commits: how many purchases a second a node"
                    + " serves that writes them, beside one that does not, in turns; how far they are behind while all"
                    + " tickets are bought that a node can sell, and how soon after they are written; and how many are"
                    + " written a second in transactions of thousands of rows, beside one of each movement. Fails"
                    + " unless an audit finds an order for every reservation.%n"
        })
final class Orders extends Verb {
    private static final int ALONE = 1;
    private static final int BATCH_ROWS = 2_000;

    /** A rush is so many slices. */
    private static final int RUSH_SLICES = 4;

    private static final Set<Verdict> POSSIBLE =
            EnumSet.of(Verdict.RESERVED, Verdict.ALREADY_RESERVED, Verdict.BUSY, Verdict.UNKNOWN);

    @Option(
            names = "--batch-rows",
            paramLabel = "N",
            description =
                    "Rows in a transaction, about (${DEFAULT-VALUE}, which a node has by default; 10000 are the most).")
    private int batchRows = BATCH_ROWS;

    @Override
    Set<Generator> generators() {
        return Set.of(Generator.WRK);
    }

    /** It is compared with a node of its own, and looks into its own database. */
    @Override
    Set<String> unused() {
        return Set.of("--target", "--key-file", "--tokens", "--operator-token-file", "--constant", "--ticket-sale");
    }

    @Override
    Setup setup(LoadOptions common) {
        return Setup.NODE;
    }

    @Override
    boolean suits(LoadOptions common) {
        return common.target == null;
    }

    @Override
    String objection(LoadOptions common) {
        return batchRows < 1 || batchRows > 10_000 ? "--batch-rows is 1 to 10000" : null;
    }

    @Override
    List<Chapter> measure(Session session) {
        Writing writing = session.stand().writing(session.progress());
        try (Meter meter = Meter.of(session.stand())) {
            return List.of(cost(session, writing, meter), lag(session, writing, meter), rate(session, writing, meter));
        }
    }

    // --- what a purchase costs --------------------------------------------------------------------------------------

    /** Purchases whose orders are written before anybody else has a turn. */
    private record Followed(Case purchases, OnSale sale) implements Case {
        @Override
        public String name() {
            return purchases.name();
        }

        @Override
        public Target target() {
            return purchases.target();
        }

        @Override
        public Slice load(Duration time) {
            Slice slice = purchases.load(time);
            Lag.awaitNone(target(), sale);
            return slice;
        }

        @Override
        public long answers() {
            return purchases.answers();
        }

        @Override
        public long underWay() {
            return purchases.underWay();
        }
    }

    private static Chapter cost(Session session, Writing writing, Meter meter) {
        Stand stand = session.stand();
        LoadOptions options = session.options();
        TokenFile tokens = stand.tokens(options.buyers(), session.progress());
        Wrk wrk = Wrk.in(session.folder(), options.connections(), options.threads, tokens);
        OnSale with = OnSale.open(stand, writing.target(), OnSale.newName("with"), OnSale.ENOUGH);
        OnSale without = OnSale.open(stand, OnSale.newName("without"), OnSale.ENOUGH);
        Case on = new Followed(new Purchases("orders written", writing.target(), with, wrk, true), with);
        Case off = new Purchases("no orders", stand.seckill(), without, wrk, true);
        SideBySide load = new SideBySide(session, "orders", List.of(new Pair(on, off)));
        List<Measurement> measurements = load.measure(meter);
        long reserved = with.requireGrown(0, List.of(on));
        without.requireGrown(0, List.of(off));
        audit(session, writing, with);
        return new Chapter(
                "orders: what they cost a purchase",
                "Every request wins, as in sell, on two nodes that differ in nothing but that one of them writes orders;"
                        + " each has a Redis of its own, and PostgreSQL keeps what it commits (fsync, synchronous_commit). The next turn begins when all orders of the last are written.",
                Purchases.load(options),
                List.of(),
                measurements,
                List.of(new Figure("Orders", reserved, "", "the warm-up's among them")),
                List.of(
                        load.warmUpTold(),
                        "The processor time holds what was written after a turn, too; its answers per second do not.",
                        Wrk.remark()));
    }

    /** Throws {@link Spoiled} unless the orders are those of the reservations, all of them. */
    private static void audit(Session session, Writing writing, OnSale sale) {
        session.progress().say("orders: auditing");
        try (Auditor ledger =
                Auditor.open(writing.redis().address(), Optional.empty(), Optional.empty(), line -> session.progress()
                        .step(line, Duration.ZERO))) {
            Lag.awaitNone(writing.target(), sale);
            OrdersAudit.require(session, writing.database(), new SaleId(sale.id()), ledger);
        }
    }

    // --- how far they are behind ------------------------------------------------------------------------------------

    private static Chapter lag(Session session, Writing writing, Meter meter) {
        LoadOptions options = session.options();
        Duration time = options.pace().slice().multipliedBy(RUSH_SLICES);
        OnSale sale = OnSale.open(session.stand(), writing.target(), OnSale.newName("rush"), OnSale.ENOUGH);
        Attempts client =
                new Attempts("orders", session, meter, session.stand().tokens(options.buyers(), session.progress()));
        Map<Double, Double> movements = new TreeMap<>();
        Map<Double, Double> seconds = new TreeMap<>();
        AtomicBoolean watching = new AtomicBoolean(true);
        long from = System.nanoTime();
        CompletableFuture<Void> watch = CompletableFuture.runAsync(() -> {
            while (watching.get()) {
                Lag lag = Lag.of(writing.target(), sale);
                double at = (System.nanoTime() - from) / 1e9;
                if (!Double.isNaN(lag.movements())) {
                    movements.put(at, lag.movements());
                    seconds.put(at, lag.seconds());
                }
                Pause.of(Lag.EVERY);
            }
        });
        Attempted rush;
        double soldNanos;
        double writtenNanos;
        try {
            rush = client.closed("rush", writing.target(), POSSIBLE, sale, options.connections(), time);
            soldNanos = System.nanoTime() - from;
            Lag.awaitNone(writing.target(), sale);
            writtenNanos = System.nanoTime() - from;
        } finally {
            watching.set(false);
        }
        try {
            watch.join();
        } catch (CompletionException e) {
            throw new Spoiled(
                    "It can't be told how far the orders were behind: "
                            + e.getCause().getMessage(),
                    e);
        }
        audit(session, writing, sale);
        return new Chapter(
                "orders: how far they are behind",
                "All buy that can, and as fast as the node answers; its metrics tell how many movements, each with all"
                        + " reservations of one batch, are not in the database yet, and how long the oldest has waited.",
                "One thread of this process: %d connections for %d s"
                        .formatted(options.connections(), time.toSeconds()),
                List.of(
                        new Figure("Behind at most", most(movements), "movements"),
                        new Figure("Oldest waited at most", most(seconds), "s"),
                        new Figure(
                                "All written",
                                (writtenNanos - soldNanos) / 1e9,
                                "s",
                                "after the last ticket was sold")),
                List.of(rush.measurement()),
                List.of(),
                List.of("A node hears once a second how far its orders are written, so what it tells is up to a second"
                        + " old: it is behind by less than this says."),
                List.of(new Curve("Behind", "movements", movements), new Curve("The oldest has waited", "s", seconds)));
    }

    private static double most(Map<Double, Double> points) {
        return points.values().stream().mapToDouble(each -> each).max().orElse(0);
    }

    // --- how fast they are written ----------------------------------------------------------------------------------

    private Chapter rate(Session session, Writing writing, Meter meter) {
        LoadOptions options = session.options();
        Stand stand = session.stand();
        Path war = Path.of(System.getProperty("seckill.home")).resolve("target/seckill.war");
        Attempts client = new Attempts("orders", session, meter, stand.tokens(options.buyers(), session.progress()));
        try (Drain drain =
                Drain.open(stand.redisAddress().orElseThrow(), writing.postgres(), writing.password(), war)) {
            List<Pair> pairs = new ArrayList<>();
            for (int connections : List.of(ALONE, options.connections())) {
                OnSale sale = OnSale.open(stand, OnSale.newName("drain" + connections), OnSale.ENOUGH);
                String by = "bought " + (connections == ALONE ? "one by one" : "by " + connections + " at once");
                client.closed(
                        by,
                        stand.seckill(),
                        POSSIBLE,
                        sale,
                        connections,
                        options.pace().slice());
                long orders = sale.reserved().orElseThrow();
                pairs.add(new Pair(
                        new Draining(by + ", together", stand.seckill(), drain, sale, orders, batchRows),
                        new Draining(by + ", each movement", stand.seckill(), drain, sale, orders, 1)));
            }
            List<Case> cases = pairs.stream().flatMap(Pair::cases).toList();
            session.progress().say("orders: warming up what writes");
            cases.forEach(each -> each.load(Duration.ZERO));
            Map<String, Turns> all = new Rounds("orders", cases, options.pace(), session.progress()).run(meter::read);
            List<Measurement> measurements = new ArrayList<>();
            for (Pair pair : pairs) {
                String one = pair.constant().name();
                measurements.add(all.get(pair.ours().name())
                        .measurement(
                                pair.ours().name(),
                                one,
                                all.get(one),
                                SideBySide.cpu(all.get(pair.ours().name()))));
                measurements.add(all.get(one).measurement(one, null, null, SideBySide.cpu(all.get(one))));
            }
            return new Chapter(
                    "orders: how fast they are written",
                    ("The same sale is written again and again into an empty database, in transactions of about %,d rows"
                                    + " or of one movement each. What is called answers here are orders, and latency is"
                                    + " how long a transaction takes, with the reading for it.")
                            .formatted(batchRows),
                    "This process writes, as a node does, on one connection; %d rounds, after each was written once"
                            .formatted(options.pace().rounds()),
                    List.of(),
                    measurements,
                    List.of(),
                    List.of("Bought by many at once, a movement holds the reservations of a whole batch: then one of"
                            + " each movement is no transaction for each order."));
        }
    }
}
