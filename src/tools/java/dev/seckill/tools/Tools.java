package dev.seckill.tools;

import dev.seckill.lab.LabTool;
import dev.seckill.load.Load;
import dev.seckill.load.Spoiled;
import dev.seckill.trial.StartFailure;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.LogManager;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry of the tools: the first argument names the subcommand. */
@Command(
        name = "seckill-tools",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {Run.class, Audit.class, Rebuild.class, Load.class, ClusterTool.class, LabTool.class, Watch.class
        })
public final class Tools {
    private Tools() {}

    /** Exits as the subcommand says; when that fails, one sentence on standard error says why. 2 on wrong usage. */
    public static void main(String[] arguments) {
        // What a library has to say of a failure, the failure says too; the terminal is for the tool.
        LogManager.getLogManager().getLogger("").setLevel(Level.OFF);
        // Numbers are told as the words are, in English.
        Locale.setDefault(Locale.ROOT);
        System.exit(new CommandLine(new Tools())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (!(failure instanceof StartFailure || failure instanceof Spoiled)) {
                        throw failure;
                    }
                    command.getErr().println(failure.getMessage());
                    return command.getCommandSpec().exitCodeOnExecutionException();
                })
                .execute(arguments));
    }
}
