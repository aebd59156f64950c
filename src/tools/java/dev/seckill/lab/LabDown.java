package dev.seckill.lab;

import dev.seckill.trial.DataFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Ends what of a lab runs and deletes its data; the script that runs this removes the network then. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        customSynopsis = "scripts/lab down [OPTION...]",
        description = {
            "Ends all that runs, also what a crash has left, deletes its data, and removes the namespaces with whatever lives"
                    + " there.%n"
        })
final class LabDown implements Callable<Integer> {
    @ParentCommand
    private LabTool tool;

    @Option(names = "--keep-data", description = "Leave sales, orders and logs in the data folder.")
    private boolean isKept;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Path folder = tool.dataFolder();
        boolean ran = false;
        if (Files.exists(folder)) {
            try (DataFolder data = DataFolder.openExisting(folder)) {
                ran = Remains.end(data);
                ran |= Remains.endInNamespaces();
                if (!isKept) {
                    data.delete();
                }
            }
        } else {
            ran = Remains.endInNamespaces();
        }
        spec.commandLine().getOut().println(ran ? "Ended." : "Nothing ran.");
        return 0;
    }
}
