package dev.seckill.lab;

import dev.seckill.trial.DataFolder;
import dev.seckill.trial.StartFailure;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** A router, two directors, two nginx and four nodes on this machine: starts them, shows them, takes parts away, ends them. */
@Command(
        name = "lab",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "scripts/lab up|status|exec|kill|start|test|measure|down [OPTION...]",
        description = {
            "Four nodes behind two nginx, behind two directors, behind a router that reaches the virtual IP on six paths, from the"
                    + " files in lvs and nginx that one copies to real machines. Each machine is a network namespace, and"
                    + " directors are guests with a kernel of their own. They run until they are told to end.%n"
        },
        footer = {
            "%nscripts/lab exec MACHINE COMMAND... runs a command on client, router, lan, nginx-a, nginx-b, nodes, director-a or"
                    + " director-b."
        },
        subcommands = {
            LabUp.class,
            LabStatus.class,
            LabKill.class,
            LabStart.class,
            LabTest.class,
            LabMeasure.class,
            LabDown.class,
            BuyersCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; with status: all runs and reaches all",
            "1:could not be done; with status: something does not run, or does not reach what it should",
            "2:wrong usage",
            "3:a Debian package is missing, or a right",
            "130:stopped by Ctrl-C (143: by SIGTERM)"
        })
public final class LabTool {
    @Option(
            names = "--data",
            defaultValue = "${sys:seckill.home}/lab-data",
            paramLabel = "FOLDER",
            scope = ScopeType.INHERIT,
            description = "Where files, logs, sales and orders are kept until it ends (${DEFAULT-VALUE}).")
    private Path dataFolder;

    /** Refuses to run where the nodes are not on loopback. */
    static void requireInside() {
        if (!Machine.NODES.namespace().holds(ProcessHandle.current())) {
            throw new StartFailure("There is no lab, or this is not in it: scripts/lab up starts one.");
        }
    }

    static Path home() {
        return Path.of(System.getProperty("seckill.home"));
    }

    /** The same whichever way leads to it: what runs there is found by it. */
    Path dataFolder() {
        return DataFolder.realPath(dataFolder);
    }
}
