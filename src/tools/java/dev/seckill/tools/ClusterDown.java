package dev.seckill.tools;

import dev.seckill.trial.Cluster;
import dev.seckill.trial.DataFolder;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Ends what of a cluster runs. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        customSynopsis = "scripts/cluster down [OPTION...]",
        description = "Ends all that runs, also what a crash has left. Sales and orders stay in the data folder.%n")
final class ClusterDown implements Callable<Integer> {
    @ParentCommand
    private ClusterTool cluster;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (DataFolder data = cluster.holdExisting()) {
            out.println("Ending it, which takes about 10 seconds: nodes finish what they have accepted ...");
            out.flush();
            out.println(Cluster.endAllIn(data) ? "Ended." : "Nothing ran.");
            return 0;
        }
    }
}
