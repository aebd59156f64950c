package dev.seckill.tools;

import dev.seckill.trial.Child;
import dev.seckill.trial.DataFolder;
import dev.seckill.trial.DemoSale;
import dev.seckill.trial.Endpoint;
import dev.seckill.trial.Node;
import dev.seckill.trial.NodeEnvironment;
import dev.seckill.trial.NodePlan;
import dev.seckill.trial.PostgresProcess;
import dev.seckill.trial.PrometheusProcess;
import dev.seckill.trial.RedisProcess;
import dev.seckill.trial.StartFailure;
import dev.seckill.trial.StopSignal;
import dev.seckill.trial.Tokens;
import dev.seckill.trial.TrialKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Starts a node with its own Redis and PostgreSQL and a sale to try it on, and ends all when it is told to stop or when one ends.
 * The node stops first, so that it can settle what it has accepted.
 */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "scripts/run [OPTION...]",
        description = {
            "Starts one node with everything it needs, and a demo sale to try it on. Ctrl-C stops it; started again, the"
                    + " sale goes on.%n"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "130:stopped by Ctrl-C (143: by SIGTERM)",
            "1:could not start, or a part ended by itself",
            "2:wrong usage"
        })
final class Run implements Callable<Integer> {
    private static final int REDIS_PORT = 6379;
    private static final int CONNECT_PATIENCE_MS = 2000;

    @Option(names = "--port", defaultValue = "3005", paramLabel = "PORT", description = "Port (${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description = "Address to listen on (${DEFAULT-VALUE}); 0.0.0.0: everywhere.")
    private String host;

    @Mixin
    private DemoOptions demo = new DemoOptions();

    @Option(
            names = "--redis",
            paramLabel = "redis://HOST:PORT",
            description = "An existing Redis instead of one of its own.")
    private URI redisAddress;

    @Option(names = "--no-database", description = "Without a PostgreSQL: no orders are written, and nobody can pay.")
    private boolean noDatabase;

    @Mixin
    private MonitoringOption monitoring = new MonitoringOption();

    @Option(
            names = "--data",
            defaultValue = "${sys:seckill.home}/data",
            paramLabel = "FOLDER",
            description = "Where sales and logs are kept (${DEFAULT-VALUE}).")
    private Path dataFolder;

    @Option(names = "--fresh", description = "Delete what is kept there first.")
    private boolean fresh;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        try (StopSignal signal = StopSignal.open(() -> out("Stopping ..."))) {
            try {
                run();
            } catch (StartFailure | InterruptedException e) {
                if (!signal.isGiven()) {
                    throw e;
                }
            }
            return 0;
        }
    }

    private void run() throws InterruptedException, ExecutionException {
        DataFolder data = DataFolder.open(dataFolder.toAbsolutePath().normalize());
        Path redisFolder = data.file("redis");
        boolean nodeLeft = Node.endLeftover(data);
        boolean redisLeft = RedisProcess.endLeftover(redisFolder);
        boolean databaseLeft = PostgresProcess.endLeftover(data.file("postgres"));
        boolean prometheusLeft = PrometheusProcess.endLeftover(data.file("prometheus"));
        if (nodeLeft || redisLeft || databaseLeft || prometheusLeft) {
            out("Ended what a run that was killed had left behind.");
        }
        if (fresh) {
            data.empty();
        }
        requireFreePort();
        Path home = Path.of(System.getProperty("seckill.home"));
        try (RedisProcess redis = redisAddress == null ? startRedis(home, redisFolder) : null;
                PostgresProcess database = noDatabase ? null : startDatabase(data);
                PrometheusProcess prometheus = monitoring.isWanted() ? startPrometheus(home, data) : null) {
            if (redis == null) {
                requireAnswer(redisAddress);
            }
            serve(home, data, redis, database, prometheus);
        }
    }

    private static RedisProcess startRedis(Path home, Path folder) {
        return RedisProcess.start(folder, home.resolve("payara-config/redis.conf"));
    }

    private PostgresProcess startDatabase(DataFolder data) {
        out("Starting a database ...");
        return PostgresProcess.start(data.file("postgres"), data.secret(PostgresProcess.PASSWORD_NAME));
    }

    private PrometheusProcess startPrometheus(Path home, DataFolder data) {
        return PrometheusProcess.start(
                home,
                data.file("prometheus"),
                monitoring.port(),
                List.of(Endpoint.at(host, port).address().getAuthority()));
    }

    private void requireFreePort() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(host, port));
        } catch (IOException | IllegalArgumentException e) {
            throw new StartFailure(
                    "Can't listen on " + host + ":" + port + " (" + e.getMessage()
                            + "): stop what does, or choose with --port and --host.",
                    e);
        }
    }

    private static void requireAnswer(URI redis) {
        int port = redis.getPort() < 0 ? REDIS_PORT : redis.getPort();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(redis.getHost(), port), CONNECT_PATIENCE_MS);
        } catch (IOException | IllegalArgumentException e) {
            throw new StartFailure("No Redis answers at " + redis + " (" + e.getMessage() + "): start it first.", e);
        }
    }

    private void serve(
            Path home, DataFolder data, RedisProcess redis, PostgresProcess database, PrometheusProcess prometheus)
            throws InterruptedException, ExecutionException {
        out("Starting a node, which takes about 10 seconds ...");
        Path key = TrialKey.in(data.path());
        String operatorToken = Tokens.operator(key);
        Path statLog = data.file("stat.log");
        Endpoint endpoint = Endpoint.at(host, port);
        NodeEnvironment environment = NodeEnvironment.of(redis == null ? redisAddress.toString() : redis.address())
                .withTrialIssuer(key)
                .withTickets(DemoSale.ID, statLog)
                // ab comes from one address
                .with("SECKILL_LIMIT_EXEMPT", "127.0.0.0/8");
        List<CompletableFuture<Child>> parts = new ArrayList<>();
        if (redis != null) {
            parts.add(redis.onExit());
        }
        if (database != null) {
            parts.add(database.onExit());
            environment
                    .withDatabase(database.url(), data.secret(PostgresProcess.PASSWORD_NAME))
                    .withSandbox(data, endpoint.address());
        }
        NodePlan plan = NodePlan.alone(home, data, host, port, environment.variables(), List.of(), NodePlan.READY);
        try (Node node = Node.start(plan)) {
            String left = demo.sale().open(node.endpoint(), operatorToken);
            out("""

                    Seckill sells at %1$s

                      sale      %2$s: %3$s
                      sign in   token=$(curl --silent --header 'Content-Type: application/json' \\
                                  --data '{"name": "ann"}' %1$s/api/sign-in | sed 's/.*"token":"\\([^"]*\\).*/\\1/')
                      buy       curl --header "Authorization: Bearer $token" --header "Idempotency-Key: $RANDOM" \\
                                  --header 'Content-Type: application/json' --data '{"quantity": 1}' \\
                                  %1$s/api/sales/%2$s/reservations
                      pay       %8$s
                      rush      ab -n 10000 -c 100 %1$s/buy/ticket
                      operator  --header 'Authorization: Bearer %4$s'
                      orders    %7$s
                      metrics   %9$s
                      logs      %5$s
                                %6$s
                      stop      Ctrl-C
                    """.formatted(
                            node.address(),
                            DemoSale.ID,
                            left,
                            operatorToken,
                            node.log(),
                            statLog,
                            orders(database),
                            pay(database, node),
                            prometheus == null ? "--monitoring starts a Prometheus" : prometheus.use()));
            parts.add(node.onExit());
            Object child = CompletableFuture.anyOf(parts.toArray(CompletableFuture[]::new))
                    .get();
            throw ((Child) child).failure();
        }
    }

    private static String orders(PostgresProcess database) {
        return database == null ? "none are written: --no-database" : "psql " + database.address();
    }

    private static String pay(PostgresProcess database, Node node) {
        return database == null ? "nobody can: --no-database" : """
                curl --request POST --header "Authorization: Bearer $token" --header "Idempotency-Key: $RANDOM" \\
                              %1$s/api/reservations/$id/payment
                              $id is the id that buy answers; the cards are on the page at pay_at, and cost nothing""".formatted(node.address());
    }

    private void out(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
