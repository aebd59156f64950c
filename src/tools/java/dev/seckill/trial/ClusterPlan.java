package dev.seckill.trial;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Where the parts of a cluster listen, and what its nodes are told besides. It is kept in the cluster's folder, so that who comes
 * later finds what was started.
 *
 * @param port of nginx
 * @param nodePorts of the nodes, which weigh 1, 2, 3 …
 * @param memberPorts where the nodes hear of each other
 * @param nodeOptions of the nodes' JVMs; they overrule what is in payara-config/node.options
 * @param redisSettings lines of a redis.conf; they overrule payara-config/redis.conf
 * @param siteLines of nginx' site.conf, behind those of nginx/
 * @param front what stands there instead of an nginx of its own, if anything does
 */
public record ClusterPlan(
        int port,
        List<Integer> nodePorts,
        List<Integer> memberPorts,
        int redisPort,
        int databasePort,
        List<String> nodeOptions,
        List<String> redisSettings,
        List<String> siteLines,
        Optional<Front> front) {
    /** As the files of nginx have it. */
    private static final int NODES = 4;

    private static final String FILE = "cluster.properties";
    private static final String COMMENT = "Where a cluster listens. Written by scripts/cluster up, read by the rest.";
    private static final int HIGHEST_PORT = 65_535;
    private static final int LOWEST_FREE = 20_000;

    /** Of Linux (net.ipv4.ip_local_port_range). */
    private static final int LOWEST_GIVEN = 32_768;

    /** Where these were found free just now, but nginx and the nodes, who are where they are said to be. */
    public static ClusterPlan of(int port, int firstNodePort, List<String> nodeOptions, List<String> redisSettings) {
        if (port < 1 || port > HIGHEST_PORT || firstNodePort < 1 || firstNodePort + NODES - 1 > HIGHEST_PORT) {
            throw new StartFailure("Ports are 1 to " + HIGHEST_PORT + ", and the nodes take " + NODES + " in a row.");
        }
        List<Integer> nodePorts =
                IntStream.range(firstNodePort, firstNodePort + NODES).boxed().toList();
        if (nodePorts.contains(port)) {
            throw new StartFailure("nginx can't have the port of a node, " + port + ".");
        }
        List<Integer> free = freePorts(NODES + 2);
        return new ClusterPlan(
                port,
                nodePorts,
                free.subList(2, NODES + 2),
                free.get(0),
                free.get(1),
                nodeOptions,
                redisSettings,
                List.of(),
                Optional.empty());
    }

    /** The same, of which nobody else needs to know where it is. */
    public static ClusterPlan anywhere(List<String> nodeOptions, List<String> redisSettings) {
        List<Integer> free = freePorts(2 * NODES + 3);
        return new ClusterPlan(
                free.get(2),
                free.subList(3, NODES + 3),
                free.subList(NODES + 3, 2 * NODES + 3),
                free.get(0),
                free.get(1),
                nodeOptions,
                redisSettings,
                List.of(),
                Optional.empty());
    }

    /** Of nodes that somebody else stands in front of. */
    public static ClusterPlan behind(Front front, int firstNodePort, List<String> nodeOptions) {
        ClusterPlan plan = of(front.port(), firstNodePort, nodeOptions, List.of());
        return new ClusterPlan(
                plan.port,
                plan.nodePorts,
                plan.memberPorts,
                plan.redisPort,
                plan.databasePort,
                plan.nodeOptions,
                plan.redisSettings,
                List.of(),
                Optional.of(front));
    }

    /** The same, whose nginx answers what it does nowhere else, too. */
    public ClusterPlan withSiteLines(List<String> lines) {
        return new ClusterPlan(
                port, nodePorts, memberPorts, redisPort, databasePort, nodeOptions, redisSettings, lines, front);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** Below those that the system gives to whoever connects, so that a part which is started again finds its own still free. */
    private static List<Integer> freePorts(int count) {
        return new SecureRandom()
                .ints(LOWEST_FREE, LOWEST_GIVEN)
                .filter(ClusterPlan::isFree)
                .distinct()
                .limit(count)
                .boxed()
                .toList();
    }

    /** What is kept in that folder, if anything is. */
    static Optional<ClusterPlan> in(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Properties kept = new Properties();
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            kept.load(reader);
            return Optional.of(new ClusterPlan(
                    Integer.parseInt(kept.getProperty("port")),
                    numbers(kept.getProperty("nodes")),
                    numbers(kept.getProperty("members")),
                    Integer.parseInt(kept.getProperty("redis")),
                    Integer.parseInt(kept.getProperty("database")),
                    kept.getProperty("node-options").lines().toList(),
                    kept.getProperty("redis-settings").lines().toList(),
                    kept.getProperty("site-lines").lines().toList(),
                    front(kept.getProperty("front", "").lines().toList())));
        } catch (IOException | NumberFormatException | NullPointerException | IndexOutOfBoundsException e) {
            throw new StartFailure(file + " can't be read (" + e + "): end what runs by scripts/cluster down.", e);
        }
    }

    /** Whole or not at all. */
    void keepIn(Path folder) {
        Properties kept = new Properties();
        kept.setProperty("port", Integer.toString(port));
        kept.setProperty("nodes", joined(nodePorts));
        kept.setProperty("members", joined(memberPorts));
        kept.setProperty("redis", Integer.toString(redisPort));
        kept.setProperty("database", Integer.toString(databasePort));
        kept.setProperty("node-options", String.join("\n", nodeOptions));
        kept.setProperty("redis-settings", String.join("\n", redisSettings));
        kept.setProperty("site-lines", String.join("\n", siteLines));
        front.ifPresent(it -> kept.setProperty(
                "front", String.join("\n", it.address().toString(), it.nodesListen(), it.proxies(), it.exempt())));
        Path draft = folder.resolve(FILE + ".new");
        try {
            try (BufferedWriter writer = Files.newBufferedWriter(draft)) {
                kept.store(writer, COMMENT);
            }
            Files.move(draft, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Front> front(List<String> lines) {
        return lines.isEmpty()
                ? Optional.empty()
                : Optional.of(new Front(URI.create(lines.get(0)), lines.get(1), lines.get(2), lines.get(3)));
    }

    private static String joined(List<Integer> ports) {
        return ports.stream().map(Object::toString).collect(Collectors.joining(" "));
    }

    private static List<Integer> numbers(String words) {
        return Arrays.stream(words.split(" ")).map(Integer::valueOf).toList();
    }
}
