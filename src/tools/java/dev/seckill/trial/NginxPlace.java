package dev.seckill.trial;

import java.util.List;

/**
 * Where an nginx listens, and where its nodes are.
 *
 * @param listen the address that buyers come to
 * @param nodesHost the address of all nodes
 * @param nodePorts four by weight, lightest first, and perhaps a standby
 * @param prefix of the command lines that run there: none, or what enters a network namespace and stays the same process
 */
public record NginxPlace(String listen, int port, String nodesHost, List<Integer> nodePorts, List<String> prefix) {
    private static final String LOOPBACK = "127.0.0.1";

    static NginxPlace onLoopback(int port, List<Integer> nodePorts) {
        return new NginxPlace(LOOPBACK, port, LOOPBACK, nodePorts, List.of());
    }
}
