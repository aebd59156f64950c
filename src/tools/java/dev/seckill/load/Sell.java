package dev.seckill.load;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import picocli.CommandLine.Command;

/** Every request wins a ticket. */
@Command(
        name = "sell",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "scripts/load sell [OPTION...]",
        description = "Loads a sale that has enough for all, so that every request wins.%n")
final class Sell extends Verb {
    @Override
    Set<Generator> generators() {
        return Set.of(Generator.WRK);
    }

    @Override
    public List<Chapter> measure(Session session) {
        Stand stand = session.stand();
        OnSale sale = OnSale.open(stand, OnSale.newName("sell"), OnSale.ENOUGH);
        SideBySide load = new SideBySide(session, "sell", sale, true);
        try (Meter meter = Meter.of(stand)) {
            Outcomes before = Outcomes.of(stand);
            long bytesBefore = meter.redisBytes();
            List<Measurement> measurements = load.measure(meter);
            long reserved = requireReserved(sale, load.ours());
            Outcomes.of(stand)
                    .requireAll(
                            "RESERVED",
                            before,
                            load.ours().answers(),
                            load.ours().answers() + load.ours().underWay());
            List<Figure> figures = new ArrayList<>();
            figures.addAll(Memory.ofReservations(meter, sale, reserved, bytesBefore));
            figures.addAll(Memory.ofNodes(stand));
            return List.of(new Chapter(
                    "sell: every request wins",
                    "Each request is a POST of {\"quantity\":1} by a new buyer under a new key, and gets a ticket that is on"
                            + " disk before the answer (fsync always). The constant takes the same request and answers 201"
                            + " with a body of the same length.",
                    measurements,
                    figures,
                    List.of(
                            "All answers were 2xx, and the sale has %,d reservations for %,d answers (wrk leaves the last"
                                            .formatted(reserved, load.ours().answers())
                                    + " request of each connection unanswered at the end of each slice).")));
        }
    }

    /** Throws {@link Spoiled} unless the sale has a reservation for each answer, and for nothing else. */
    private static long requireReserved(OnSale sale, Purchases purchases) {
        OptionalLong reserved = sale.reserved();
        long least = purchases.answers();
        long most = least + purchases.underWay();
        if (reserved.isEmpty() || reserved.getAsLong() < least || reserved.getAsLong() > most) {
            throw new Spoiled("The sale %s has %s reservations after %d answers that won; %d to %d were expected."
                    .formatted(sale.id(), reserved, least, least, most));
        }
        return reserved.getAsLong();
    }
}
