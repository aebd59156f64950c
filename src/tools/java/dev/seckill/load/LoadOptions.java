package dev.seckill.load;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** What every verb can be told. */
public final class LoadOptions {
    private static final int USUAL_CONNECTIONS = 100;

    @Option(
            names = "--target",
            paramLabel = "URL",
            description =
                    "Load what runs there instead of starting it. What only its own machine can tell is not measured.")
    URI target;

    @Option(
            names = "--operator-token",
            paramLabel = "TOKEN",
            description = "Of the target, to put sales on there (SECKILL_OPERATOR_TOKEN).",
            defaultValue = "${env:SECKILL_OPERATOR_TOKEN}")
    String operatorToken;

    @Option(
            names = "--constant",
            paramLabel = "URL",
            description =
                    "What answers the same requests with a constant, beside the target; without it nothing is compared.")
    URI constant;

    @Option(
            names = "--ticket-sale",
            defaultValue = "demo",
            paramLabel = "SALE",
            description = "The sale of the target's /buy/ticket (${DEFAULT-VALUE}).")
    String ticketSale;

    @Option(
            names = "--java",
            paramLabel = "HOME",
            description = "The JDK that the nodes run on (the one of this command).",
            defaultValue = "${sys:java.home}")
    Path javaHome;

    @Option(
            names = "--node-option",
            paramLabel = "OPTION",
            description = "A further option of the nodes' JVMs, such as -Xmx1g; as often as needed.")
    List<String> nodeOptions = List.of();

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "Connections, each with one request at a time (100; for a rush 256, for an overload 2000).")
    Integer connections;

    @Option(
            names = "--threads",
            defaultValue = "2",
            paramLabel = "N",
            description = "Threads of wrk (${DEFAULT-VALUE}).")
    int threads;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "How often each case has its turn (6); figures are medians over them.")
    Integer rounds;

    @Option(names = "--slice", paramLabel = "DURATION", description = "How long a turn is, ISO 8601 (PT5S).")
    Duration slice;

    @Option(
            names = "--warm-up",
            paramLabel = "DURATION",
            description =
                    "How long the cases together are loaded before at most (PT40S); less once they stop getting faster.")
    Duration warmUp;

    @Option(names = "--quick", description = "A few short slices, to try the tool: figures of it mean nothing.")
    boolean quick;

    @Option(
            names = "--data",
            defaultValue = "${sys:seckill.home}/target/load",
            paramLabel = "FOLDER",
            description = "Where reports are written and what is started has its files (${DEFAULT-VALUE}).")
    Path dataFolder;

    int connections() {
        return connections(USUAL_CONNECTIONS);
    }

    /** As many connections as were asked for, or as the verb usually has. */
    int connections(int usual) {
        return connections == null ? usual : connections;
    }

    /** How the load is cut into slices. */
    public Pace pace() {
        Pace usual = quick ? Pace.QUICK : Pace.USUAL;
        return new Pace(
                rounds == null ? usual.rounds() : rounds,
                slice == null ? usual.slice() : slice,
                warmUp == null ? usual.warmUp() : warmUp);
    }

    /** How long to look at what happens without load: several turns of what a node does every second. */
    Duration idle() {
        return Duration.ofSeconds(quick ? 1 : 5);
    }

    /** Tells what can't be; null if all can. */
    String objection() {
        if (connections() < 1 || threads < 1) {
            return "--connections and --threads are at least 1";
        }
        if (target == null && constant != null) {
            return "--constant goes with --target";
        }
        for (URI address : new URI[] {target, constant}) {
            if (address != null && (!"http".equals(address.getScheme()) || address.getHost() == null)) {
                return "An address is http://HOST:PORT, not " + address;
            }
        }
        if (target == null && !Files.isExecutable(javaHome.resolve("bin/java"))) {
            return "There is no bin/java in " + javaHome + ": --java is the folder of a JDK";
        }
        if (target != null && operatorToken == null) {
            return "--target needs the operator's token there: --operator-token or SECKILL_OPERATOR_TOKEN";
        }
        Pace pace = pace();
        if (pace.rounds() < 1 || pace.slice().toSeconds() < 1 || pace.warmUp().isNegative()) {
            return "--rounds is at least 1, --slice at least PT1S";
        }
        return null;
    }
}
