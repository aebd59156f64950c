package dev.seckill.tools;

import dev.seckill.trial.DataFolder;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Four nodes behind nginx on this machine: starts them, shows them, gives them a new WAR, ends them. */
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "scripts/cluster up|status|rolling-restart|down [OPTION...]",
        description = {
            "Four nodes of one sale behind nginx, with Redis and PostgreSQL, on loopback, from the files in payara-config and"
                    + " nginx that one copies to real machines. Of ten buyers the nodes get 1, 2, 3 and 4. They run until"
                    + " they are told to end.%n"
        },
        subcommands = {ClusterUp.class, ClusterStatus.class, ClusterRestart.class, ClusterDown.class},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; with status: all parts run, and nginx sends buyers to every node",
            "1:could not be done; with status: not all of it runs",
            "2:wrong usage",
            "130:stopped by Ctrl-C (143: by SIGTERM)"
        })
final class ClusterTool {
    @Option(
            names = "--data",
            defaultValue = "${sys:seckill.home}/cluster-data",
            paramLabel = "FOLDER",
            scope = ScopeType.INHERIT,
            description = "Where sales, orders and logs are kept (${DEFAULT-VALUE}).")
    private Path dataFolder;

    static Path home() {
        return Path.of(System.getProperty("seckill.home"));
    }

    /** The same whichever way leads to it: what runs there is found by it. */
    Path dataFolder() {
        return DataFolder.realPath(dataFolder);
    }

    /** Nobody else changes the cluster meanwhile. */
    DataFolder holdExisting() {
        return DataFolder.openExisting(dataFolder());
    }
}
