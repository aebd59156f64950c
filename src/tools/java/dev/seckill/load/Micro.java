package dev.seckill.load;

import dev.seckill.trial.StartFailure;
import dev.seckill.trial.StopSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What single steps of a purchase cost, without a server and without Redis. */
@Command(
        name = "micro",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "scripts/load micro [OPTION...] [REGEX]",
        description = {
            "Measures single steps of a purchase with JMH, and what they allocate; all of them take about three"
                    + " minutes. The result is printed and kept as JSON.%n"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:measured", "1:a benchmark failed", "2:wrong usage", "130:stopped by Ctrl-C (143: by SIGTERM)"
        })
final class Micro implements Callable<Integer> {
    private static final TimeValue SECOND = TimeValue.seconds(1);
    private static final TimeValue MOMENT = TimeValue.milliseconds(100);
    private static final int WARM_UPS = 3;
    private static final int MEASUREMENTS = 5;

    @Parameters(
            index = "0",
            arity = "0..1",
            defaultValue = ".*",
            paramLabel = "REGEX",
            description = "Those benchmarks whose name it is found in (all).")
    private String regex;

    @Option(names = "--quick", description = "A moment of each, to try the tool: figures of it mean nothing.")
    private boolean quick;

    @Option(
            names = "--data",
            defaultValue = "${sys:seckill.home}/target/load",
            paramLabel = "FOLDER",
            description = "Where the result is kept (${DEFAULT-VALUE}).")
    private Path dataFolder;

    @Override
    public Integer call() {
        try (StopSignal signal = StopSignal.open(() -> {})) {
            try {
                run();
            } catch (StartFailure e) {
                if (!signal.isGiven()) {
                    throw e;
                }
            } finally {
                // JMH leaves the JVM that it waits for when it is interrupted; this process has started no other
                ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
            }
            return 0;
        }
    }

    private void run() {
        // a lock that is the machine's, whoever holds it
        System.setProperty("jmh.ignoreLock", "true");
        try {
            Path folder = Files.createDirectories(dataFolder.toAbsolutePath().normalize());
            ChainedOptionsBuilder options = new OptionsBuilder()
                    .include(regex)
                    .forks(1)
                    .warmupIterations(quick ? 1 : WARM_UPS)
                    .warmupTime(quick ? MOMENT : SECOND)
                    .measurementIterations(quick ? 1 : MEASUREMENTS)
                    .measurementTime(quick ? MOMENT : SECOND)
                    .addProfiler(GCProfiler.class)
                    .shouldFailOnError(true)
                    .resultFormat(ResultFormatType.JSON)
                    .result(folder.resolve("micro.json").toString());
            new Runner(options.build()).run();
        } catch (NoBenchmarksException e) {
            throw new StartFailure("No benchmark has \"" + regex + "\" in its name.", e);
        } catch (RunnerException e) {
            throw new StartFailure("A benchmark failed (" + e.getMessage() + ").", e);
        } catch (IOException e) {
            throw new StartFailure(
                    "Can't write to " + dataFolder + " (" + e + "): name another folder with --data.", e);
        }
    }
}
