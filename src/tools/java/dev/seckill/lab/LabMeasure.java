package dev.seckill.lab;

import dev.seckill.load.Measurement;
import dev.seckill.load.OnSale;
import dev.seckill.load.Pace;
import dev.seckill.load.Progress;
import dev.seckill.load.Spread;
import dev.seckill.load.Target;
import dev.seckill.load.Ways;
import dev.seckill.trial.DataFolder;
import dev.seckill.trial.DemoSale;
import dev.seckill.trial.StartFailure;
import dev.seckill.trial.Tokens;
import dev.seckill.trial.TrialKey;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What the router and the directors cost a buyer. */
@Command(
        name = "measure",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "scripts/lab measure [OPTION...]",
        description = {
            "Loads the virtual IP and, in turns, nginx-a itself, both from the client: a GET that nginx answers for a second"
                    + " by itself, and purchases, all of which win. What to read is the ratio within a run; all of it shares the"
                    + " processors of one machine, and directors are guests of it.%n"
        })
final class LabMeasure implements Callable<Integer> {
    private static final String THROUGH = "by the virtual IP";
    private static final String STRAIGHT = "straight at nginx-a";
    private static final URI NGINX_A = URI.create("http://10.20.0.21");

    /** A hundred tickets each. */
    private static final int BUYERS = 10_000;

    private static final double MEDIAN = 50;
    private static final double TAIL = 99;
    private static final double MICROS_PER_MS = 1e3;
    private static final String ROW = "%-9s %-20s %8s %19s %7s %15s %9s %9s%n";

    @ParentCommand
    private LabTool tool;

    @Option(
            names = "--connections",
            defaultValue = "16",
            paramLabel = "N",
            description = "Of wrk, each with one request at a time (${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--rounds",
            defaultValue = "5",
            paramLabel = "N",
            description = "How often each way has its turn (${DEFAULT-VALUE}); figures are medians over them.")
    private int rounds;

    @Option(
            names = "--slice",
            defaultValue = "PT5S",
            paramLabel = "DURATION",
            description = "How long a turn is, ISO 8601 (${DEFAULT-VALUE}).")
    private Duration slice;

    @Option(
            names = "--warm-up",
            defaultValue = "PT40S",
            paramLabel = "DURATION",
            description = "How long is loaded before what counts, at most (${DEFAULT-VALUE}).")
    private Duration warmUp;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        LabTool.requireInside();
        if (connections < 1 || rounds < 1 || slice.toSeconds() < 1) {
            throw new StartFailure("--connections and --rounds are at least 1, --slice is at least PT1S.");
        }
        try (DataFolder data = DataFolder.openExisting(tool.dataFolder());
                Lab lab = Lab.openExisting(LabTool.home(), data)) {
            String missing = lab.missing();
            if (!missing.isEmpty()) {
                throw new StartFailure("The lab is not whole: " + missing + ".");
            }
            measure(lab, data.emptyFolder("measure"));
            return 0;
        }
    }

    private void measure(Lab lab, Path folder) {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, String> conditions = Ways.conditions(LabTool.home());
        Ways ways = new Ways(
                folder,
                lab.inside(Machine.CLIENT, List.of()),
                connections,
                new Pace(rounds, slice, warmUp),
                new Progress(out));
        Map<String, URI> both = new LinkedHashMap<>();
        both.put(THROUGH, Lab.ADDRESS);
        both.put(STRAIGHT, NGINX_A);
        List<Measurement> gets = ways.get(both, "/api/sales/" + DemoSale.ID);
        Path key = TrialKey.in(lab.folder());
        Target node = new Target(Target.SECKILL, lab.cluster().endpoint(0).address(), OptionalLong.empty());
        OnSale sale = OnSale.open(node, Tokens.operator(key), OnSale.newName("measure"), (long) BUYERS * 100);
        List<Measurement> purchases = ways.buy(both, sale.reservations(node).getPath(), key, BUYERS);
        out.println();
        out.printf(ROW, "", "", "a second", "(least to most)", "ratio", "(of the rounds)", "median", "99 %");
        gets.forEach(each -> row(out, "GET", each));
        purchases.forEach(each -> row(out, "purchase", each));
        out.println();
        conditions.forEach((name, value) -> out.printf("%-22s %s%n", name, value));
        out.printf(
                "%-22s wrk, 1 thread, %d connections, %d rounds of %d s each in turns; the lab's client is exempt from"
                        + " limits%n",
                "load", connections, rounds, slice.toSeconds());
        out.flush();
    }

    private static void row(PrintWriter out, String what, Measurement measured) {
        Spread rate = measured.rate();
        Spread ratio = measured.ratio();
        out.printf(
                ROW,
                what,
                measured.name(),
                "%,.0f".formatted(rate.median()),
                "(%,.0f to %,.0f)".formatted(rate.least(), rate.most()),
                "%.2f".formatted(ratio.median()),
                "(%.2f to %.2f)".formatted(ratio.least(), ratio.most()),
                milliseconds(measured, MEDIAN),
                milliseconds(measured, TAIL));
    }

    private static String milliseconds(Measurement measured, double percentile) {
        return "%.1f ms".formatted(measured.latencyMicros().getValueAtPercentile(percentile) / MICROS_PER_MS);
    }
}
