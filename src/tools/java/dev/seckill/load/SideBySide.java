package dev.seckill.load;

import dev.seckill.trial.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Loads a sale with purchases, and beside it what answers the same with a constant. */
final class SideBySide {
    private static final Duration IDLE = Duration.ofSeconds(3);
    private static final int THOUSAND = 1_000;

    /** Commands that a client sends to run a script. */
    private static final List<String> SCRIPT_CALLS = List.of("eval", "evalsha");

    private final Session session;
    private final String name;
    private final Purchases ours;
    private final Optional<Purchases> constant;

    SideBySide(Session session, String name, OnSale sale, boolean allWin) {
        LoadOptions options = session.options();
        Wrk wrk = Wrk.in(session.folder(), options.connections, options.threads);
        this.session = session;
        this.name = name;
        this.ours = new Purchases(name, session.stand().seckill(), sale, wrk, allWin);
        this.constant =
                session.stand().constant().map(target -> new Purchases(Target.CONSTANT, target, sale, wrk, true));
    }

    /** What has been asked of the sale since the beginning, the warm-up included. */
    Purchases ours() {
        return ours;
    }

    List<Measurement> measure(Meter meter) {
        List<Purchases> cases = new ArrayList<>(List.of(ours));
        constant.ifPresent(cases::add);
        Rounds rounds = new Rounds(name, cases, session.options().pace(), session.progress());
        rounds.warmUp();
        Use idle = idle(meter);
        Map<String, Turns> all = rounds.run(meter);
        Turns sold = all.get(name);
        Turns beside = all.get(Target.CONSTANT);
        List<Measurement> measurements = new ArrayList<>();
        List<Figure> figures = cpu(sold);
        figures.addAll(redis(sold, idle));
        measurements.add(sold.measurement(name, Target.CONSTANT, beside, figures));
        if (beside != null) {
            measurements.add(beside.measurement(Target.CONSTANT, null, null, cpu(beside)));
        }
        return measurements;
    }

    /** What the stand does when nobody asks it anything. */
    private Use idle(Meter meter) {
        session.progress().step(name + ": counting what happens without load", Duration.ZERO);
        Use idle = new Use();
        Reading before = meter.read(ours.target());
        Pause.of(IDLE);
        idle.add(before, meter.read(ours.target()));
        return idle;
    }

    private static List<Figure> cpu(Turns turns) {
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
            double ours = Math.max(0, count - idlePerSecond * turns.use().seconds());
            String remark = !SCRIPT_CALLS.contains(command)
                    ? "also those inside the scripts"
                    : String.format(
                            Locale.ROOT, "without the %.1f per second that there are without load", idlePerSecond);
            figures.add(new Figure(
                    "Redis calls: " + command, ours * THOUSAND / turns.answers(), "per 1 000 requests", remark));
        });
        return figures;
    }
}
