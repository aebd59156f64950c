package dev.seckill.tools;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry of the tools: the first argument names the subcommand. */
@Command(name = "seckill-tools", synopsisSubcommandLabel = "COMMAND", subcommands = Run.class)
public final class Tools {
    private Tools() {}

    /** Exits with 0 when done, 1 when it failed (one sentence on standard error says why), 2 on wrong usage. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Tools())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (!(failure instanceof StartFailure)) {
                        throw failure;
                    }
                    command.getErr().println(failure.getMessage());
                    return command.getCommandSpec().exitCodeOnExecutionException();
                })
                .execute(arguments));
    }
}
