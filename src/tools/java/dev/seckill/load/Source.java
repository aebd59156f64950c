package dev.seckill.load;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The published test of the system that this one follows. */
@Command(
        name = "source",
        customSynopsis = "scripts/load source [OPTION...]",
        description = {
            "Runs the published test of the system that this one follows, ab -n 10000 -c 100 http://.../buy/ticket,"
                    + " without and with keep-alive (-k). Every request wins.%n"
        })
final class Source extends Verb {
    private static final int QUICK_REQUESTS = 1_000;

    @Option(
            names = "--requests",
            paramLabel = "N",
            description = "Requests in a run of ab, which is a turn (${DEFAULT-VALUE}; 1000 with --quick).")
    private int requests = 10_000;

    @Override
    Set<Generator> generators() {
        return Set.of(Generator.AB);
    }

    @Override
    Set<String> unused() {
        return Set.of("--threads", "--slice");
    }

    @Override
    String objection(LoadOptions common) {
        return requests(common) < common.connections()
                ? "--connections (%d) is at most as many as the requests of a run of source (%d)"
                        .formatted(common.connections(), requests(common))
                : null;
    }

    @Override
    List<Chapter> measure(Session session) {
        Stand stand = session.stand();
        LoadOptions options = session.options();
        OnSale sale = stand.isOwn()
                ? OnSale.open(stand, stand.ticketSale(), OnSale.ENOUGH)
                : OnSale.of(stand.seckill(), stand.ticketSale());
        OptionalLong before = sale.reserved();
        List<Pair> pairs = List.of(pair(session, "ab", false), pair(session, "ab -k", true));
        List<Case> ours = pairs.stream().map(Pair::ours).toList();
        SideBySide load = new SideBySide(session, "source", pairs);
        try (Meter meter = Meter.of(stand)) {
            List<Measurement> measurements = load.measure(meter);
            List<String> remarks = new ArrayList<>(List.of(load.warmUpTold()));
            if (before.isPresent()) {
                long reserved = sale.requireGrown(before.getAsLong(), ours);
                remarks.add(
                        ("Every request won: the sale has %,d more reservations, as many as there were answers, warm-up"
                                        + " included.")
                                .formatted(reserved - before.getAsLong()));
            } else {
                remarks.add("The target has no sale " + sale.id()
                        + " (--ticket-sale names another): whether the requests won is not known.");
            }
            remarks.add("Of the slowest percent of the requests ab tells only the longest.");
            return List.of(new Chapter(
                    "source: ab -n %d -c %d http://.../buy/ticket".formatted(requests(options), options.connections()),
                    "The published test, without and with keep-alive (-k): each request gets a ticket that is on disk"
                            + " before the answer. The constant is a JAX-RS method that answers the same words as the"
                            + " node's asynchronous servlet.",
                    "ab: %d connections; %d rounds of one run of %d requests each, after a warm-up of %d s at most"
                            .formatted(
                                    options.connections(),
                                    options.pace().rounds(),
                                    requests(options),
                                    options.pace().warmUp().toSeconds()),
                    List.of(),
                    measurements,
                    Memory.ofNodes(stand),
                    remarks));
        }
    }

    private int requests(LoadOptions common) {
        return common.quick ? Math.min(requests, QUICK_REQUESTS) : requests;
    }

    private Pair pair(Session session, String name, boolean keepAlive) {
        Stand stand = session.stand();
        int connections = session.options().connections();
        int requests = requests(session.options());
        return new Pair(
                new Ab(name, stand.seckill(), session.folder(), requests, connections, keepAlive),
                stand.constant()
                        .map(target -> new Ab(
                                name + ", " + target.name(),
                                target,
                                session.folder(),
                                requests,
                                connections,
                                keepAlive))
                        .orElse(null));
    }
}
