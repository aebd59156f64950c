package dev.seckill.load;

import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;

/** Every request is refused, because everything is sold. */
@Command(
        name = "refuse",
        customSynopsis = "scripts/load refuse [OPTION...]",
        description = {
            "Loads a sale that is sold out, so that every request is refused. With --cluster nginx refuses by itself who asks"
                    + " /buy/ticket without a token, beside a constant of its own, and the nodes who buys by a token.%n"
        })
final class Refuse extends Verb {
    private static final int TICKETS = 100;

    @Override
    Set<Generator> generators() {
        return Set.of(Generator.WRK);
    }

    @Override
    Set<String> unused() {
        return Set.of("--ticket-sale");
    }

    @Override
    boolean goesWithCluster() {
        return true;
    }

    @Override
    List<Chapter> measure(Session session) {
        Stand stand = session.stand();
        if (stand.cluster().isPresent()) {
            return List.of(new Edge(session, stand.cluster().get()).measure());
        }
        OnSale sale = OnSale.open(stand, OnSale.newName("refuse"), TICKETS);
        sale.sellOut(TICKETS, stand.tokens(session.options().buyers(), session.progress()));
        Pair pair = Purchases.pair(session, "refuse", sale, false);
        Case ours = pair.ours();
        SideBySide load = new SideBySide(session, "refuse", List.of(pair));
        try (Meter meter = Meter.of(stand)) {
            Outcomes before = Outcomes.of(stand);
            List<Measurement> measurements = load.measure(meter);
            sale.requireGrown(TICKETS, List.of());
            Outcomes.of(stand).requireAll("SOLD_OUT", before, ours.answers(), ours.answers() + ours.underWay());
            return List.of(new Chapter(
                    "refuse: everything is sold",
                    ("The sale had %d tickets and all are reserved; each request is a purchase like those of sell and"
                                    + " is refused (409). The constant answers 201, as beside sell.")
                            .formatted(TICKETS),
                    Purchases.load(session.options()),
                    List.of(),
                    measurements,
                    Memory.ofNodes(stand),
                    List.of(
                            load.warmUpTold(),
                            ("All %,d answers (warm-up included) were refusals, and the sale still has its %d"
                                            + " reservations.")
                                    .formatted(ours.answers(), TICKETS),
                            Wrk.remark())));
        }
    }
}
