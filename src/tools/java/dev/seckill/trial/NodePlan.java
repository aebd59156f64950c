package dev.seckill.trial;

import java.nio.file.Path;
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
    /** A node that sells, as it is in production. */
    public static NodePlan of(Path home, DataFolder data, String host, int port, Map<String, String> environment) {
        return new NodePlan(home, data, host, port, environment, List.of(), "/health/ready");
    }
}
