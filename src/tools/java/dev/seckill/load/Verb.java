package dev.seckill.load;

import dev.seckill.trial.StartFailure;
import dev.seckill.trial.StopSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** One question to a stand: sets the stand up, asks, writes the report, and leaves nothing running. */
@Command(mixinStandardHelpOptions = true, sortOptions = false, modelTransformer = Verb.Fitting.class)
public abstract class Verb implements Callable<Integer> {
    @Mixin
    private LoadOptions options;

    @Spec
    private CommandSpec spec;

    /** Takes away from a verb the options that would do nothing. */
    static final class Fitting implements IModelTransformer {
        @Override
        public CommandSpec transform(CommandSpec spec) {
            ((Verb) spec.userObject()).unused().forEach(name -> spec.remove(spec.findOption(name)));
            return spec;
        }
    }

    /** The programs that it needs besides Java. */
    abstract Set<Generator> generators();

    /** Those of the {@link LoadOptions} that would do nothing here. */
    abstract Set<String> unused();

    /** Tells what can't be of its own options; null if all can. */
    String objection(LoadOptions common) {
        return null;
    }

    /** Whether it can be asked with these options, as one of all questions. */
    boolean suits(LoadOptions common) {
        return true;
    }

    /** What it loads. */
    Setup setup(LoadOptions common) {
        return common.cluster ? Setup.CLUSTER : Setup.NODE_AND_CONSTANT;
    }

    /** Whether {@code --cluster} makes sense to it. */
    boolean goesWithCluster() {
        return false;
    }

    /** Loads the stand; throws {@link Spoiled} if the answers were not what they had to be. */
    abstract List<Chapter> measure(Session session);

    /** The same, and closes the sales that it put on. */
    final List<Chapter> ask(Session session) {
        try {
            return measure(session);
        } finally {
            session.stand().closeSales();
        }
    }

    @Override
    public final Integer call() {
        requireUsable(options.objection());
        requireUsable(
                options.cluster && !goesWithCluster()
                        ? "--cluster goes with sell, refuse and rush, not with " + spec.name()
                        : null);
        requireUsable(objection(options));
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

    private void requireUsable(String objection) {
        if (objection != null) {
            throw new ParameterException(spec.commandLine(), objection);
        }
    }

    private void run(Progress progress) {
        generators().forEach(Foreground::require);
        Path folder = options.dataFolder.toAbsolutePath().normalize();
        Path home = Path.of(System.getProperty("seckill.home"));
        Conditions conditions = Conditions.now(home, options, generators());
        try (Stand stand = Stand.open(options, setup(options), home, progress)) {
            Files.createDirectories(folder);
            conditions.add(stand, setup(options), home, options);
            Path files = Files.createTempDirectory(folder, "run-");
            try {
                List<Chapter> chapters = ask(new Session(options, stand, files, progress));
                Report report = new Report(spec.name(), conditions, chapters);
                Path file = report.write(folder);
                progress.say(report.table());
                progress.say("Report: " + file);
            } finally {
                delete(files);
            }
        } catch (IOException e) {
            throw new StartFailure("Can't write to " + folder + " (" + e + "): name another folder with --data.", e);
        }
    }

    private static void delete(Path files) throws IOException {
        try (Stream<Path> all = Files.list(files)) {
            for (Path file : all.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(files);
    }
}
