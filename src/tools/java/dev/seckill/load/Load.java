package dev.seckill.load;

import picocli.CommandLine.Command;

/** Measures what a node bears: the entry of scripts/load, one subcommand for each question. */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        synopsisSubcommandLabel = "VERB",
        customSynopsis = "scripts/load VERB [OPTION...]      scripts/load VERB --help names them",
        description = {
            "Loads a node of its own, most verbs beside one that answers the same requests with a constant, and writes"
                    + " a report: the ratio of the two is what to read, because it holds on other machines too. nodes, and sell,"
                    + " refuse and rush with --cluster, load four nodes behind nginx. Ctrl-C stops it.%n"
        },
        commandListHeading = "Verbs:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:measured, and the report is written",
            "1:could not start, or the answers were not what they had to be: no report",
            "2:wrong usage",
            "130:stopped by Ctrl-C (143: by SIGTERM)"
        },
        subcommands = {
            Source.class,
            Sell.class,
            Refuse.class,
            Rush.class,
            Overload.class,
            Orders.class,
            Nodes.class,
            Micro.class,
            All.class
        })
public final class Load {}
