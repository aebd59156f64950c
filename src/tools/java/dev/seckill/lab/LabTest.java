package dev.seckill.lab;

import dev.seckill.lab.Telling.Told;
import dev.seckill.load.Spread;
import dev.seckill.trial.DataFolder;
import dev.seckill.trial.StartFailure;
import dev.seckill.trial.StopSignal;
import dev.seckill.trial.TrialKey;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Tells stories, and says what was not as it was promised. */
@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "scripts/lab test [OPTION...] [STORY...]",
        description = {
            "Takes parts of the lab away, and gives them back, while buyers buy through the virtual IP: each on a connection of its"
                    + " own, 1 s patient, and again with the same key if it hears no answer. Says what was seen and when,"
                    + " how many purchases failed at first and for how long, and compares with the ledger what the buyers"
                    + " heard. What is cut is mended, and the next story begins when the lab is whole.%n"
        },
        footerHeading = "%nStories:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all was as expected",
            "1:some was not, or the lab can't be tested",
            "2:wrong usage",
            "130:stopped by Ctrl-C (143: by SIGTERM), when what was cut is mended"
        })
final class LabTest implements Callable<Integer> {
    private static final int MOST_PER_SECOND = 200;
    private static final int MOST_TIMES = 100;

    /** A node that has sold nothing yet takes a second for a purchase. */
    private static final Duration WARM_UP = Duration.ofSeconds(8);

    @ParentCommand
    private LabTool tool;

    @Parameters(paramLabel = "STORY", description = "Those to tell (all).")
    private List<String> names = List.of();

    @Option(
            names = "--times",
            defaultValue = "1",
            paramLabel = "N",
            description = "How often to tell each, to see how much outages differ (${DEFAULT-VALUE}).")
    private int times;

    @Option(
            names = "--rate",
            defaultValue = "50",
            paramLabel = "N",
            description = "Purchases a second, each when it is due whatever the others hear (${DEFAULT-VALUE}).")
    private int perSecond;

    private CommandSpec spec;

    @Spec
    void describe(CommandSpec described) {
        spec = described;
        spec.usageMessage()
                .footer(Story.ALL.stream()
                        .map(story -> "  %-12s%s".formatted(story.label(), story.what()))
                        .toArray(String[]::new));
    }

    @Override
    public Integer call() {
        List<Story> stories = stories();
        try (StopSignal signal = StopSignal.open(() -> out("Stopping, when what is cut is mended ..."));
                DataFolder data = DataFolder.openExisting(tool.dataFolder());
                Lab lab = Lab.openExisting(LabTool.home(), data)) {
            Path key = TrialKey.in(data.path());
            try (TestedSale sale = TestedSale.putOn(lab.cluster(), key);
                    Buyers buyers = Buyers.start(lab, key, sale.id(), sale.id().value(), perSecond)) {
                Telling telling = new Telling(lab, sale, buyers);
                telling.warmUp(WARM_UP);
                int failed = 0;
                for (Story story : stories) {
                    failed += tell(telling, story);
                }
                List<String> findings = telling.compareAll();
                findings.forEach(finding -> out("    of all stories: " + finding));
                failed += findings.isEmpty() ? 0 : 1;
                out(failed == 0 ? "All as expected." : failed + " not as expected.");
                return failed == 0 ? 0 : 1;
            } catch (StartFailure e) {
                if (!signal.isGiven()) {
                    throw e;
                }
                return 1;
            }
        }
    }

    private List<Story> stories() {
        if (times < 1 || times > MOST_TIMES || perSecond < 1 || perSecond > MOST_PER_SECOND) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--times is 1 to " + MOST_TIMES + ", and --rate is 1 to " + MOST_PER_SECOND + ".");
        }
        try {
            return Story.named(names);
        } catch (StartFailure e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** How often it was not as expected. */
    private int tell(Telling telling, Story story) {
        List<Outage> outages = new ArrayList<>();
        int failed = 0;
        for (int i = 0; i < times; i++) {
            long beganNanos = System.nanoTime();
            Told told = telling.tell(story);
            if (Thread.currentThread().isInterrupted()) {
                throw new StartFailure("Interrupted.");
            }
            boolean isOk = told.findings().isEmpty();
            out("%-10s  %-6s %4.0f s  %s"
                    .formatted(story.label(), isOk ? "ok" : "FAILED", Scene.secondsSince(beganNanos), told.line()));
            told.findings().forEach(finding -> out("    " + finding));
            failed += isOk ? 0 : 1;
            told.outage().ifPresent(outages::add);
        }
        if (times > 1 && !outages.isEmpty()) {
            Spread seconds = Spread.of(outages.stream()
                    .mapToDouble(each -> each.length().toMillis() / 1000.0)
                    .toArray());
            Spread lost = Spread.of(outages.stream().mapToDouble(Outage::failed).toArray());
            out("%-10s  outage %.2f s (%.2f to %.2f), %.0f failed at first (%.0f to %.0f): median of %d"
                    .formatted(
                            story.label(),
                            seconds.median(),
                            seconds.least(),
                            seconds.most(),
                            lost.median(),
                            lost.least(),
                            lost.most(),
                            outages.size()));
        }
        return failed;
    }

    private void out(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
