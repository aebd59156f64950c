package dev.seckill.lab;

import dev.seckill.trial.DataFolder;
import dev.seckill.trial.DemoSale;
import dev.seckill.trial.StartFailure;
import dev.seckill.trial.Tokens;
import dev.seckill.trial.TrialKey;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Starts what of a lab does not run, and puts on the demo sale. The script that runs this ends it all if this fails. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "scripts/lab up [OPTION...]",
        description = {
            "Starts what does not run yet, opens a demo sale, and leaves all running. Started again, a part that has died is"
                    + " started again. Ctrl-C meanwhile leaves nothing behind, unless some of it ran before.%n"
        })
final class LabUp implements Callable<Integer> {
    /** Two looks of directors and five of watch-nodes, while four nodes have just started on two cores. */
    private static final Duration WHOLE = Duration.ofSeconds(90);

    private static final double NANOS = 1e9;

    @ParentCommand
    private LabTool tool;

    @Option(
            names = "--tickets",
            defaultValue = "1000000",
            paramLabel = "N",
            description = "Tickets in the demo sale (${DEFAULT-VALUE}).")
    private int tickets;

    @Option(
            names = "--hold",
            defaultValue = "PT1H",
            paramLabel = "DURATION",
            description = "How long a reservation lives unpaid, ISO 8601 (${DEFAULT-VALUE}).")
    private Duration hold;

    @Option(
            names = "--node-option",
            paramLabel = "OPTION",
            description = "For the JVMs of the nodes, as --node-option -Xmx1g; more than once.")
    private List<String> nodeOptions = new ArrayList<>();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        LabTool.requireInside();
        try (DataFolder data = DataFolder.open(tool.dataFolder());
                Lab lab = Lab.open(LabTool.home(), data, nodeOptions)) {
            requireNoOther(lab);
            if (lab.isWhole()) {
                out("It runs.");
            } else {
                start(lab);
            }
            show(lab);
            return 0;
        }
    }

    /** The namespaces are there once; they may hold the lab of another folder. */
    private static void requireNoOther(Lab lab) {
        List<Long> others = Namespace.processes().stream()
                .map(ProcessHandle::pid)
                .filter(pid -> pid != ProcessHandle.current().pid())
                .toList();
        if (!others.isEmpty() && lab.parts().stream().noneMatch(Part::runs)) {
            throw new StartFailure("There is a lab with other data on this machine, or what is left of one (processes "
                    + others + "): scripts/lab down ends it.");
        }
    }

    private void start(Lab lab) {
        long begin = System.nanoTime();
        step("router", () -> lab.start(Machine.ROUTER.label()));
        step("directors", () -> {
            Lab.DIRECTORS.forEach(lab::launchDirector);
            Lab.DIRECTORS.forEach(lab::awaitBooted);
        });
        step("nginx", () -> Lab.NGINX.forEach(nginx -> lab.start(nginx.label())));
        step("Redis, PostgreSQL, nodes", () -> lab.cluster().start(line -> {}));
        step("until all reach all", () -> lab.awaitWhole(WHOLE));
        tell("in all, without the network", begin);
    }

    private void step(String what, Runnable work) {
        long begin = System.nanoTime();
        work.run();
        tell(what, begin);
    }

    private void tell(String what, long begin) {
        out("  %-28s %5.1f s".formatted(what, (System.nanoTime() - begin) / NANOS));
    }

    private void show(Lab lab) {
        String operatorToken = Tokens.operator(TrialKey.in(lab.folder()));
        String left = new DemoSale(tickets, hold).open(lab.cluster().endpoint(0), operatorToken);
        out("""

                Seckill sells at %1$s, in the lab

                  sale      %2$s: %3$s
                  look      scripts/lab status
                  ask       scripts/lab exec client curl --silent %1$s/api/sales/%2$s
                  rush      scripts/lab exec client ab -n 1000 -c 20 %1$s/buy/ticket
                  operator  --header 'Authorization: Bearer %4$s'
                  logs      %5$s
                  end       scripts/lab down
                """.formatted(Lab.ADDRESS, DemoSale.ID, left, operatorToken, lab.folder()));
    }

    private void out(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
