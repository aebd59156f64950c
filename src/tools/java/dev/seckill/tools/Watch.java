package dev.seckill.tools;

import dev.seckill.trial.Cluster;
import dev.seckill.trial.DemoSale;
import dev.seckill.trial.Endpoint;
import dev.seckill.trial.MetricsPage;
import dev.seckill.trial.Pause;
import dev.seckill.trial.StartFailure;
import dev.seckill.trial.StopSignal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows a sale while it sells. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "scripts/watch [OPTION...]",
        description = {
            "Shows a sale in the terminal while it sells, from its nodes' metrics: what is left, what buyers hear, how far the"
                    + " orders are behind, and what each node has and does. Rates are those since the line before. Ctrl-C"
                    + " stops it.%n"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:shown as often as was asked for (--times)",
            "1:no node answers, or none knows the sale",
            "2:wrong usage",
            "130:stopped by Ctrl-C (143: by SIGTERM)"
        })
final class Watch implements Callable<Integer> {
    private static final URI OF_A_RUN = URI.create("http://127.0.0.1:3005");
    private static final Duration SHORTEST = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** Of a terminal: lines do not wrap, which would be more than it goes up again; and they do. */
    private static final String NO_WRAP = "\033[?7l";

    private static final String WRAP = "\033[?7h";

    private final ExecutorService askers = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "asks a node");
        thread.setDaemon(true);
        return thread;
    });

    @Option(
            names = "--node",
            paramLabel = "URL",
            description =
                    "A node, as http://127.0.0.1:3001; more than once. Without it those of the cluster that runs here"
                            + " (scripts/cluster), or else the one of scripts/run, http://127.0.0.1:3005.")
    private List<URI> addresses = new ArrayList<>();

    @Option(
            names = "--sale",
            defaultValue = DemoSale.ID,
            paramLabel = "SALE",
            description = "The sale (${DEFAULT-VALUE}).")
    private String sale;

    @Option(
            names = "--every",
            defaultValue = "PT1S",
            paramLabel = "DURATION",
            description = "From one look to the next, ISO 8601 (${DEFAULT-VALUE}).")
    private Duration every;

    @Option(names = "--times", paramLabel = "N", description = "Look so often, then end.")
    private int times = Integer.MAX_VALUE;

    @Option(names = "--plain", description = "One look below the other, as where the output is no terminal.")
    private boolean plain;

    @Option(
            names = "--data",
            defaultValue = "${sys:seckill.home}/cluster-data",
            paramLabel = "FOLDER",
            description = "Where the cluster is (${DEFAULT-VALUE}).")
    private Path dataFolder;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (every.compareTo(SHORTEST) < 0 || times < 1) {
            throw new ParameterException(spec.commandLine(), "--every is at least PT0.2S, and --times at least 1.");
        }
        for (URI address : addresses) {
            if (address.getHost() == null || !"http".equals(address.getScheme())) {
                throw new ParameterException(
                        spec.commandLine(), "--node is as http://127.0.0.1:3001, not " + address + ".");
            }
        }
        List<WatchedNode> nodes = endpoints().stream().map(WatchedNode::new).toList();
        look(nodes);
        requireSale(nodes);
        try (StopSignal signal = StopSignal.open(() -> {})) {
            try {
                show(nodes);
            } catch (StartFailure e) {
                if (!signal.isGiven()) {
                    throw e;
                }
            }
        }
        return 0;
    }

    private List<Endpoint> endpoints() {
        try {
            if (!addresses.isEmpty()) {
                return addresses.stream().map(Endpoint::new).toList();
            }
            if (Files.isDirectory(dataFolder)) {
                Cluster cluster = Cluster.look(ClusterTool.home(), dataFolder.toRealPath());
                if (cluster.isAnyRunning()) {
                    return IntStream.range(0, cluster.size())
                            .mapToObj(cluster::endpoint)
                            .toList();
                }
            }
            return List.of(new Endpoint(OF_A_RUN));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks all at once, and waits no longer for one that is silent or stops in mid-answer. */
    private void look(List<WatchedNode> nodes) {
        try {
            List<Future<MetricsPage>> pages = askers.invokeAll(
                    nodes.stream().<Callable<MetricsPage>>map(node -> node::ask).toList(),
                    PATIENCE.toMillis(),
                    TimeUnit.MILLISECONDS);
            for (int i = 0; i < nodes.size(); i++) {
                hear(nodes.get(i), pages.get(i));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("Interrupted.", e);
        }
    }

    private static void hear(WatchedNode node, Future<MetricsPage> page) throws InterruptedException {
        try {
            node.see(page.get(), System.nanoTime());
        } catch (ExecutionException | CancellationException e) {
            node.miss();
        }
    }

    private void requireSale(List<WatchedNode> nodes) {
        if (nodes.stream().allMatch(WatchedNode::isSilent)) {
            throw new StartFailure("No node answers at "
                    + String.join(", ", nodes.stream().map(WatchedNode::name).toList())
                    + ": scripts/run or scripts/cluster up start some, --node names others.");
        }
        if (nodes.stream().noneMatch(node -> node.sales().contains(sale))) {
            throw new StartFailure(new SaleScreen(nodes, sale).lines().get(0));
        }
    }

    private void show(List<WatchedNode> nodes) {
        PrintWriter out = spec.commandLine().getOut();
        boolean inPlace = !plain && Boolean.getBoolean("seckill.terminal");
        out.print(inPlace ? NO_WRAP : "");
        try {
            SaleScreen screen = new SaleScreen(nodes, sale);
            int lines = 0;
            for (int time = 0; time < times; time++) {
                Pause.of(every);
                look(nodes);
                List<String> shown = screen.lines();
                out.print(!inPlace || lines == 0 ? "" : "\033[%dA\033[J".formatted(lines));
                shown.forEach(out::println);
                out.print(inPlace ? "" : System.lineSeparator());
                out.flush();
                lines = shown.size();
            }
        } finally {
            out.print(inPlace ? WRAP : "");
            out.flush();
        }
    }
}
