package dev.seckill.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Loads in turns what is to be compared, and tells what each load showed and cost. */
final class SideBySide {
    private static final int THOUSAND = 1_000;

    /** Below this a command is not of the load. */
    private static final double RARE = 0.01;

    /** Commands that a client sends to run a script. */
    private static final List<String> SCRIPT_CALLS = List.of("eval", "evalsha");

    private final Session session;
    private final String verb;
    private final List<Pair> pairs;
    private final Rounds rounds;

    SideBySide(Session session, String verb, List<Pair> pairs) {
        this.session = session;
        this.verb = verb;
        this.pairs = pairs;
        this.rounds = new Rounds(
                verb,
                pairs.stream().flatMap(Pair::cases).toList(),
                session.options().pace(),
                session.progress());
    }

    /** One measurement for each case, each pair's two side by side. */
    List<Measurement> measure(Meter meter) {
        rounds.warmUp();
        session.progress().step(verb + ": counting what happens without load", Duration.ZERO);
        Use idle = meter.idle(session.stand().seckill(), session.options().idle());
        Map<String, Turns> all = rounds.run(meter::read);
        List<Measurement> measurements = new ArrayList<>();
        for (Pair pair : pairs) {
            Turns ours = all.get(pair.ours().name());
            Turns constant =
                    pair.constant() == null ? null : all.get(pair.constant().name());
            String constantName =
                    pair.constant() == null ? null : pair.constant().name();
            List<Figure> figures = cpu(ours);
            figures.addAll(redis(ours, idle));
            measurements.add(ours.measurement(pair.ours().name(), constantName, constant, figures));
            if (constant != null) {
                measurements.add(constant.measurement(constantName, null, null, cpu(constant)));
            }
        }
        return measurements;
    }

    /** How the warm-up ended, in a sentence. */
    String warmUpTold() {
        return rounds.warmUpTold();
    }

    static List<Figure> cpu(Turns turns) {
        List<Figure> figures = new ArrayList<>();
        turns.use()
                .cpu()
                .forEach((process, time) -> figures.add(new Figure(
                        "CPU of " + process,
                        time.toMillis() * (double) THOUSAND / turns.answers(),
                        "ms per 1 000 requests")));
        return figures;
    }

    private static List<Figure> redis(Turns turns, Use idle) {
        List<Figure> figures = new ArrayList<>();
        turns.use().calls().forEach((command, count) -> {
            double idlePerSecond = idle.calls().getOrDefault(command, 0L) / idle.seconds();
            double perThousand = (count - idlePerSecond * turns.use().seconds()) * THOUSAND / turns.answers();
            String where = SCRIPT_CALLS.contains(command) ? "" : "inside the scripts, too; ";
            if (perThousand > RARE) {
                figures.add(new Figure(
                        "Redis calls: " + command,
                        perThousand,
                        "per 1 000 requests",
                        where + "beyond the %.1f per second without load".formatted(idlePerSecond)));
            }
        });
        return figures;
    }
}
