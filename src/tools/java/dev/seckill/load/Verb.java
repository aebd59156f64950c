package dev.seckill.load;

import dev.seckill.trial.StartFailure;
import dev.seckill.trial.StopSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** One question to a stand: sets the stand up, asks, writes the report, and leaves nothing running. */
public abstract class Verb implements Callable<Integer> {
    @Mixin
    private LoadOptions options;

    @Spec
    private CommandSpec spec;

    /** The programs that it needs besides Java. */
    abstract Set<Generator> generators();

    /** Tells what can't be of its own options; null if all can. */
    String objection(LoadOptions common) {
        return null;
    }

    /** Whether it can be asked of that stand, as one of all questions. */
    boolean suits(Stand stand) {
        return true;
    }

    /** How it loads, for the report. */
    String load(LoadOptions options) {
        Pace pace = options.pace();
        return "%d connections, %d threads of wrk; %d rounds of %d s, warm-up of %d s at most"
                .formatted(
                        options.connections(),
                        options.threads,
                        pace.rounds(),
                        pace.slice().toSeconds(),
                        pace.warmUp().toSeconds());
    }

    /** Loads the stand; throws {@link Spoiled} if the answers were not what they had to be. */
    abstract List<Chapter> measure(Session session);

    @Override
    public final Integer call() {
        String objection = options.objection() != null ? options.objection() : objection(options);
        if (objection != null) {
            throw new ParameterException(spec.commandLine(), objection);
        }
        Progress progress = new Progress(spec.commandLine().getOut());
        try (StopSignal signal = StopSignal.open(() -> progress.say("Stopping ..."))) {
            try {
                run(progress);
            } catch (RuntimeException e) {
                // whatever was interrupted says so in its own way
                if (!signal.isGiven()) {
                    throw e;
                }
            }
            return 0;
        }
    }

    private void run(Progress progress) {
        generators().forEach(Foreground::require);
        Path folder = options.dataFolder.toAbsolutePath().normalize();
        Path home = Path.of(System.getProperty("seckill.home"));
        Conditions conditions = Conditions.now(home, options, load(options));
        try (Stand stand = Stand.open(options, home, progress)) {
            Files.createDirectories(folder);
            conditions.add(stand, home, options);
            List<Chapter> chapters = measure(new Session(options, stand, folder, progress));
            Report report = new Report(spec.name(), conditions, chapters);
            Path file = report.write(folder);
            progress.say(report.table());
            progress.say("Report: " + file);
        } catch (IOException e) {
            throw new StartFailure("Can't write to " + folder + " (" + e + "): name another folder with --data.", e);
        }
    }
}
