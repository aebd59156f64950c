package dev.seckill.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;

/** Every request wins a ticket. */
@Command(
        name = "sell",
        customSynopsis = "scripts/load sell [OPTION...]",
        description = "Loads a sale that has enough for all, so that every request wins.%n")
final class Sell extends Verb {
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
        OnSale sale = OnSale.open(stand, OnSale.newName("sell"), OnSale.ENOUGH);
        Pair pair = Purchases.pair(session, "sell", sale, true);
        Case ours = pair.ours();
        SideBySide load = new SideBySide(session, "sell", List.of(pair));
        try (Meter meter = Meter.of(stand)) {
            Outcomes before = Outcomes.of(stand);
            long bytesBefore = meter.redisBytes();
            List<Measurement> measurements = load.measure(meter);
            long reserved = sale.requireGrown(0, List.of(ours));
            Outcomes.of(stand).requireAll("RESERVED", before, ours.answers(), ours.answers() + ours.underWay());
            List<Figure> figures = new ArrayList<>();
            figures.addAll(Memory.ofReservations(meter, sale, reserved, bytesBefore));
            figures.addAll(Memory.ofNodes(stand));
            return List.of(new Chapter(
                    "sell: every request wins",
                    "Each request is a POST of {\"quantity\":1} under a new key, with the token of one of many buyers"
                            + " in turn, and gets a ticket that is on disk before the answer. "
                            + beside(session.options()),
                    Purchases.load(session.options()),
                    List.of(),
                    measurements,
                    figures,
                    List.of(
                            load.warmUpTold(),
                            ("All answers were 2xx. Warm-up included, there were %,d, and the sale has %,d"
                                            + " reservations: wrk does not wait for the last request of each"
                                            + " connection.")
                                    .formatted(ours.answers(), reserved),
                            Wrk.remark())));
        }
    }

    private static String beside(LoadOptions options) {
        return options.cluster
                ? "It goes through nginx to one of four nodes, which write the orders meanwhile."
                : "The constant is a JAX-RS method that takes the same request and answers 201 with a body of the same"
                        + " length; the node's filter sells such a purchase before JAX-RS begins.";
    }
}
