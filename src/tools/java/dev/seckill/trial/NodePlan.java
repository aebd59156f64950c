package dev.seckill.trial;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How a node is to be started.
 *
 * @param home the folder that payara-config is in
 * @param data where its log and what it unpacks are kept
 * @param options of the JVM; they overrule payara-config/node.options
 * @param readyPath answers with 200 once the node serves
 */
public record NodePlan(
        Path home,
        DataFolder data,
        String host,
        int port,
        Map<String, String> environment,
        List<String> options,
        String readyPath) {
    /** Answers 200 once a node sells. */
    public static final String READY = "/health/ready";

    /** Of a node with nothing in front that has to notice when it stops: what is on its way is answered in milliseconds. */
    private static final String SHORT_GRACE = "-Dfish.payara.shutdowngrace=500";

    /** A node as it is in production, but that buyers reach directly. */
    public static NodePlan alone(
            Path home,
            DataFolder data,
            String host,
            int port,
            Map<String, String> environment,
            List<String> options,
            String readyPath) {
        List<String> all = new ArrayList<>(List.of(SHORT_GRACE));
        all.addAll(options);
        return new NodePlan(home, data, host, port, environment, all, readyPath);
    }
}
