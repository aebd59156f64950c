package dev.seckill.load;

import dev.seckill.trial.Endpoint;
import dev.seckill.trial.Pause;
import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/** What nginx and the nodes behind it say when all is sold, and how soon nginx sells again when it is not. */
final class Edge {
    private static final int TICKETS = 100;
    private static final String TICKET = "/buy/ticket";
    private static final String WON = "\"code\":1,";

    /** Of a node that hears of the new tickets by this very request: its buyer asks again. */
    private static final String BUSY = "\"code\":-2,";

    /** Tickets rest for half a second, a node asks again after a quarter, and nginx keeps what it heard for one. */
    private static final Duration SELLS_AGAIN = Duration.ofSeconds(2);

    /** Each begins somewhere else in nginx' second. */
    private static final int RESTOCKS = 5;

    private static final Duration POLL = Duration.ofMillis(10);

    private final Session session;
    private final LoadedCluster cluster;
    private final Endpoint nginx;

    Edge(Session session, LoadedCluster cluster) {
        this.session = session;
        this.cluster = cluster;
        this.nginx = new Endpoint(cluster.address());
    }

    /** Of which nginx logs each; a minute of them would be a gigabyte. */
    private static final class Logged extends Purchases {
        private final Path log;

        Logged(String name, Target target, String path, Wrk wrk, Path log) {
            super(name, target, target.address().resolve(path), wrk, true);
            this.log = log;
        }

        @Override
        public Slice load(Duration time) {
            Slice slice = super.load(time);
            try (FileChannel file = FileChannel.open(log, StandardOpenOption.WRITE)) {
                file.truncate(0);
            } catch (IOException e) {
                throw new Spoiled("nginx' log can't be emptied (" + e + ").", e);
            }
            return slice;
        }
    }

    Chapter measure() {
        Stand stand = session.stand();
        LoadOptions options = session.options();
        OnSale sale = OnSale.open(stand, stand.ticketSale(), TICKETS);
        sale.sellOut(TICKETS, stand.tokens(options.buyers(), session.progress()));
        requireSame();
        Wrk wrk = Wrk.getting(session.folder(), options.connections(), options.threads);
        Case edge = logged("at the edge", TICKET, wrk);
        Pair nodes = Purchases.pair(session, "at the nodes", sale, false);
        SideBySide load = new SideBySide(
                session, "refuse", List.of(new Pair(edge, logged("static", StaticAnswer.PATH, wrk)), nodes));
        try (Meter meter = Meter.of(stand)) {
            Outcomes before = Outcomes.of(stand);
            List<Measurement> measurements = load.measure(meter);
            sale.requireGrown(TICKETS, List.of());
            long least = nodes.ours().answers();
            long most = least + nodes.ours().underWay() + edge.answers() + edge.underWay();
            Outcomes.of(stand).requireAll("SOLD_OUT", before, least, most);
            Spread again = sellAgain(sale);
            return new Chapter(
                    "refuse: everything is sold, at the edge",
                    ("The sale had %d tickets and all are reserved. At the edge each request is a GET of %s without a token:"
                                    + " nginx asks a node, and gives its answer for the rest of the second to all others. The"
                                    + " constant is an answer with the same headers and body that stands in nginx' own files. At"
                                    + " the nodes each request is a purchase like those of sell, with a token, and a node refuses"
                                    + " it (409).")
                            .formatted(TICKETS, TICKET),
                    Purchases.load(options),
                    List.of(new Figure(
                            "Sells again within",
                            again.most(),
                            "s",
                            "of the operator's answer, at most; median %.2f s of %d times"
                                    .formatted(again.median(), restocks()))),
                    measurements,
                    Memory.ofNodes(stand),
                    List.of(
                            load.warmUpTold(),
                            ("All %,d answers at the edge (warm-up included) were 200 and all %,d at the nodes refusals; the"
                                            + " nodes said nothing but sold out meanwhile, and the sale still had its %d"
                                            + " reservations.")
                                    .formatted(edge.answers(), nodes.ours().answers(), TICKETS),
                            "Then an operator added a ticket, and it was bought at the edge; that again and again.",
                            Wrk.remark()));
        }
    }

    private Case logged(String name, String path, Wrk wrk) {
        return new Logged(name, session.stand().seckill(), path, wrk, cluster.accessLog());
    }

    /** Throws {@link Spoiled} unless the constant is what the edge says, header by header. */
    private void requireSame() {
        HttpResponse<String> edge = ask(TICKET);
        HttpResponse<String> constant = ask(StaticAnswer.PATH);
        if (!StaticAnswer.SOLD_OUT.equals(edge.body()) || !told(edge).equals(told(constant))) {
            throw new Spoiled("nginx' constant is not what it says when all is sold: %s instead of %s."
                    .formatted(told(constant), told(edge)));
        }
    }

    private static String told(HttpResponse<String> answer) {
        Map<String, List<String>> headers = new HashMap<>(answer.headers().map());
        headers.remove("date");
        return answer.statusCode() + " " + headers + " " + answer.body();
    }

    private HttpResponse<String> ask(String path) {
        try {
            return nginx.get(path);
        } catch (IOException e) {
            throw new StartFailure("Nothing answers at " + cluster.address() + " (" + e + ").", e);
        }
    }

    // --- tickets again ----------------------------------------------------------------------------------------------

    private int restocks() {
        return session.options().quick ? 2 : RESTOCKS;
    }

    private Spread sellAgain(OnSale sale) {
        session.progress().step("refuse: adding tickets", Duration.ZERO);
        List<Double> seconds = new ArrayList<>();
        for (int times = 1; times <= restocks(); times++) {
            sale.restock(session.stand().operatorToken(), TICKETS + times);
            seconds.add(secondsUntilSold());
        }
        sale.requireGrown(TICKETS + restocks(), List.of());
        return Spread.of(seconds.stream().flatMapToDouble(DoubleStream::of).toArray());
    }

    /** Throws {@link Spoiled} if somebody hears anything but sold out or busy before the ticket is bought, or for too long. */
    private double secondsUntilSold() {
        long begin = System.nanoTime();
        // whoever tries the tool has a machine that is busy with something else
        Duration most = session.options().quick ? SELLS_AGAIN.multipliedBy(5) : SELLS_AGAIN;
        while (true) {
            String said = ask(TICKET).body();
            double seconds = (System.nanoTime() - begin) / 1e9;
            boolean isPossible = said.contains(WON) || said.contains(BUSY) || said.equals(StaticAnswer.SOLD_OUT);
            if (seconds > most.toSeconds() || !isPossible) {
                throw new Spoiled(
                        "%.2f s after an operator had added a ticket the edge said %s".formatted(seconds, said));
            }
            if (said.contains(WON)) {
                return seconds;
            }
            Pause.of(POLL);
        }
    }
}
