package dev.seckill.trial;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where the parts of a cluster listen, and what its nodes are told besides. It is kept in the cluster's folder, so that who comes
 * later finds what was started.
 *
 * @param port of nginx
 * @param nodePorts of the nodes, which weigh 1, 2, 3 …
 * @param memberPorts where the nodes hear of each other
 * @param nodeOptions of the nodes' JVMs; they overrule what is in payara-config/node.options
 * @param redisSettings lines of a redis.conf; they overrule payara-config/redis.conf
 */
public record ClusterPlan(
        int port,
        List<Integer> nodePorts,
        List<Integer> memberPorts,
        int redisPort,
        int databasePort,
        List<String> nodeOptions,
        List<String> redisSettings) {
    /** As the files of nginx have it. */
    private static final int NODES = 4;

    private static final String FILE = "cluster.properties";
    private static final String COMMENT = "Where a cluster listens. Written by scripts/cluster up, read by the rest.";
    private static final int HIGHEST_PORT = 65_535;

    /** Where these were found free just now, but nginx and the nodes, who are where they are said to be. */
    public static ClusterPlan of(int port, int firstNodePort, List<String> nodeOptions, List<String> redisSettings) {
        if (port < 1 || port > HIGHEST_PORT || firstNodePort < 1 || firstNodePort + NODES - 1 > HIGHEST_PORT) {
            throw new StartFailure("Ports are 1 to " + HIGHEST_PORT + ", and the nodes take " + NODES + " in a row.");
        }
        List<Integer> nodePorts =
                IntStream.range(firstNodePort, firstNodePort + NODES).boxed().toList();
        return new ClusterPlan(
                port,
                nodePorts,
                freePorts(),
                RedisProcess.freePort(),
                RedisProcess.freePort(),
                nodeOptions,
                redisSettings);
    }

    /** The same, of which nobody else needs to know where it is. */
    public static ClusterPlan anywhere(List<String> nodeOptions, List<String> redisSettings) {
        return new ClusterPlan(
                RedisProcess.freePort(),
                freePorts(),
                freePorts(),
                RedisProcess.freePort(),
                RedisProcess.freePort(),
                nodeOptions,
                redisSettings);
    }

    private static List<Integer> freePorts() {
        return Stream.generate(RedisProcess::freePort).limit(NODES).toList();
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
                    kept.getProperty("redis-settings").lines().toList()));
        } catch (IOException | NumberFormatException e) {
            throw new StartFailure(file + " can't be read (" + e + "): begin anew with up --fresh.", e);
        }
    }

    void keepIn(Path folder) {
        Properties kept = new Properties();
        kept.setProperty("port", Integer.toString(port));
        kept.setProperty("nodes", joined(nodePorts));
        kept.setProperty("members", joined(memberPorts));
        kept.setProperty("redis", Integer.toString(redisPort));
        kept.setProperty("database", Integer.toString(databasePort));
        kept.setProperty("node-options", String.join("\n", nodeOptions));
        kept.setProperty("redis-settings", String.join("\n", redisSettings));
        try (BufferedWriter writer = Files.newBufferedWriter(folder.resolve(FILE))) {
            kept.store(writer, COMMENT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String joined(List<Integer> ports) {
        return ports.stream().map(Object::toString).collect(Collectors.joining(" "));
    }

    private static List<Integer> numbers(String words) {
        return Arrays.stream(words.split(" ")).map(Integer::valueOf).toList();
    }
}
