package dev.seckill.tools;

import dev.seckill.trial.Cluster;
import dev.seckill.trial.ClusterPlan;
import dev.seckill.trial.DataFolder;
import dev.seckill.trial.DemoSale;
import dev.seckill.trial.Endpoint;
import dev.seckill.trial.PrometheusProcess;
import dev.seckill.trial.StartFailure;
import dev.seckill.trial.StopSignal;
import dev.seckill.trial.Tokens;
import dev.seckill.trial.TrialKey;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Starts what of a cluster does not run, and puts on the demo sale. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "scripts/cluster up [OPTION...]",
        description = {
            "Starts what does not run yet, opens a demo sale, and leaves all running. Started again, the sale goes on; a part"
                    + " that has died is started again. Ctrl-C meanwhile ends all, unless some of it ran before.%n"
        })
final class ClusterUp implements Callable<Integer> {
    @ParentCommand
    private ClusterTool cluster;

    @Option(names = "--port", defaultValue = "8080", paramLabel = "PORT", description = "Of nginx (${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--first-node-port",
            defaultValue = "3001",
            paramLabel = "PORT",
            description = "Of the first node; the others take the next ones (${DEFAULT-VALUE}).")
    private int firstNodePort;

    @Mixin
    private DemoOptions demo = new DemoOptions();

    @Option(
            names = "--node-option",
            paramLabel = "OPTION",
            description =
                    "For the JVMs of the nodes, as --node-option -Dseckill.stock.buffer-percent=20; more than once.")
    private List<String> nodeOptions = new ArrayList<>();

    @Mixin
    private MonitoringOption monitoring = new MonitoringOption();

    @Option(names = "--fresh", description = "End what runs and delete what is kept first.")
    private boolean fresh;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        try (StopSignal signal = StopSignal.open(() -> out("Stopping ..."));
                DataFolder data = DataFolder.open(cluster.dataFolder())) {
            if (fresh) {
                Cluster.endAllIn(data);
                data.empty();
            }
            boolean wasThere = Cluster.isAnyRunningIn(data);
            ClusterPlan plan = ClusterPlan.of(port, firstNodePort, nodeOptions, List.of());
            if (wasThere) {
                out("Some of it runs: it goes on where it is, as it was started.");
            }
            try (Cluster running = Cluster.open(ClusterTool.home(), data, plan)) {
                try {
                    if (monitoring.isWanted() && running.prometheus().isEmpty()) {
                        PrometheusProcess.requirePossible(monitoring.port());
                    }
                    running.start(this::out);
                    show(running, data);
                } catch (StartFailure | UncheckedIOException e) {
                    if (!wasThere) {
                        running.end();
                    }
                    if (!signal.isGiven()) {
                        throw e;
                    }
                }
            }
            return 0;
        }
    }

    private void show(Cluster running, DataFolder data) {
        String operatorToken = Tokens.operator(TrialKey.in(data.path()));
        String left = demo.sale().open(new Endpoint(running.address()), operatorToken);
        int nginxPort = running.address().getPort();
        out("""

                Seckill sells at %1$s

                  sale      %2$s: %3$s
                  names     curl --resolve load_balance.com:%4$d:127.0.0.1 http://load_balance.com:%4$d/api/sales/%2$s
                  rush      ab -n 10000 -c 100 %1$s/buy/ticket
                  operator  --header 'Authorization: Bearer %5$s'
                  orders    psql %6$s
                  ledger    %7$s
                  logs      %8$s
                  metrics   %9$s
                  look      scripts/cluster status
                  end       scripts/cluster down
                """.formatted(
                        running.address(),
                        DemoSale.ID,
                        left,
                        nginxPort,
                        operatorToken,
                        running.databaseAddress(),
                        running.redisAddress(),
                        running.folder(),
                        metrics(running)));
    }

    private String metrics(Cluster running) {
        if (monitoring.isWanted()) {
            return running.startPrometheus(monitoring.port()).use();
        }
        return running.prometheus().isPresent() ? "Prometheus runs on" : "--monitoring starts a Prometheus";
    }

    private void out(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
