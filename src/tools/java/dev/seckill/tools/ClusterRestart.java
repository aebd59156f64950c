package dev.seckill.tools;

import dev.seckill.trial.Cluster;
import dev.seckill.trial.DataFolder;
import dev.seckill.trial.RollingRestart;
import dev.seckill.trial.StartFailure;
import dev.seckill.trial.StopSignal;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Gives the nodes a new WAR, one after the other. */
@Command(
        name = "rolling-restart",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "scripts/cluster rolling-restart [OPTION...]",
        description = {
            "Gives the nodes a new WAR, one after the other, while the others sell: a node is no longer ready, nginx sends it"
                    + " nobody any more, it finishes what it has accepted, stops, starts with the new WAR, and nginx lets it"
                    + " in again. About 30 seconds each. One that does not start with the new WAR gets back what it had,"
                    + " and the rest keep theirs. After Ctrl-C the node that was about to start starts all the same.%n"
        })
final class ClusterRestart implements Callable<Integer> {
    @ParentCommand
    private ClusterTool cluster;

    @Option(
            names = "--war",
            paramLabel = "FILE",
            defaultValue = "${sys:seckill.home}/target/seckill.war",
            description = "The new WAR (${DEFAULT-VALUE}).")
    private Path war;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        try (StopSignal signal = StopSignal.open(() -> out("Stopping ..."));
                DataFolder data = cluster.holdExisting();
                Cluster running = Cluster.openExisting(ClusterTool.home(), data)) {
            try {
                new RollingRestart(running, war, this::out).run();
                out("All nodes run with the new WAR.");
            } catch (StartFailure e) {
                if (!signal.isGiven()) {
                    throw e;
                }
            }
            return 0;
        }
    }

    private void out(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
