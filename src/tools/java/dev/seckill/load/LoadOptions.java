package dev.seckill.load;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** What verbs can be told; each takes away from it what would do nothing there, which then has its usual value. */
public final class LoadOptions {
    private static final int USUAL_CONNECTIONS = 100;
    private static final int USUAL_BUYERS = 100_000;
    private static final int QUICK_BUYERS = 4_000;
    private static final int FEWEST_BUYERS = 1_000;

    @Option(
            names = "--target",
            paramLabel = "URL",
            description = {
                "Load what runs there instead of starting it. What only its own machine can tell is not measured; sales"
                        + " put on there are closed in the end."
            })
    URI target;

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            description = {
                "The target's seckill.trial-issuer.key-file, to sign the tokens of its operator and of its buyers."
            })
    Path keyFile;

    @Option(
            names = "--tokens",
            paramLabel = "FILE",
            description = "Tokens of buyers of the target, one a line, where there is no key to sign them with.")
    Path tokens;

    @Option(
            names = "--operator-token-file",
            paramLabel = "FILE",
            description = "With --tokens: a token of an operator of the target, to put sales on there.")
    Path operatorTokenFile;

    @Option(
            names = "--buyers",
            paramLabel = "N",
            description = {
                "Buyers of sell, refuse and overload (100000, as many as a node remembers by default; none may buy more"
                        + " than 100 tickets of a sale). With --node-option -Dseckill.identity.most-cached=0 every token is"
                        + " verified."
            })
    Integer buyers;

    @Option(
            names = "--constant",
            paramLabel = "URL",
            description = {
                "What answers the same requests with a constant, beside the target; without it nothing is compared."
            })
    URI constant;

    @Option(
            names = "--ticket-sale",
            paramLabel = "SALE",
            description = "The sale of the target's /buy/ticket (${DEFAULT-VALUE}), for source.")
    String ticketSale = "demo";

    @Option(
            names = "--cluster",
            description = {
                "For sell, refuse and rush: start four nodes weighted 1, 2, 3 and 4 behind nginx, with PostgreSQL, instead of"
                        + " one node, and load nginx. Nothing of it is compared with a node that answers with a constant."
            })
    boolean cluster;

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

    @Option(names = "--threads", paramLabel = "N", description = "Threads of wrk (${DEFAULT-VALUE}).")
    int threads = 2;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "How often each case has its turn (6); figures are medians over them.")
    Integer rounds;

    @Option(
            names = "--slice",
            paramLabel = "DURATION",
            description = "How long a turn is, ISO 8601 (PT5S); a peak of overload is three.")
    Duration slice;

    @Option(
            names = "--warm-up",
            paramLabel = "DURATION",
            description = {
                "How long is loaded before what counts (PT2M30S); source, sell and refuse end it once nothing gets"
                        + " faster."
            })
    Duration warmUp;

    @Option(names = "--quick", description = "Little of everything, to try the tool: figures of it mean nothing.")
    boolean quick;

    @Option(
            names = "--data",
            defaultValue = "${sys:seckill.home}/target/load",
            paramLabel = "FOLDER",
            description = "Where reports are written and what is started has its files (${DEFAULT-VALUE}).")
    Path dataFolder;

    /** Of wrk and of an overload; a rush has as many as attempts. */
    int buyers() {
        return buyers == null ? quick ? QUICK_BUYERS : USUAL_BUYERS : buyers;
    }

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
        if (connections() < 1) {
            return "--connections is at least 1";
        }
        if (threads < 1) {
            return "--threads is at least 1";
        }
        if (target != null && cluster) {
            return "--cluster starts what it loads, and --target names what runs: one of them";
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
        boolean isSigned = tokens != null && operatorTokenFile != null;
        if (target != null && (keyFile == null) != isSigned) {
            return "--target needs tokens that count there: --key-file, or --tokens and --operator-token-file";
        }
        if (target == null && (keyFile != null || tokens != null || operatorTokenFile != null)) {
            return "--key-file, --tokens and --operator-token-file go with --target";
        }
        if (buyers() < FEWEST_BUYERS) {
            return "--buyers is at least " + FEWEST_BUYERS;
        }
        Pace pace = pace();
        if (pace.rounds() < 1) {
            return "--rounds is at least 1";
        }
        if (pace.slice().toSeconds() < 1) {
            return "--slice is at least PT1S";
        }
        return pace.warmUp().isNegative() ? "--warm-up is at least PT0S" : null;
    }
}
