package dev.seckill.trial;

import java.net.URI;

/**
 * What stands in front of a cluster that has no nginx of its own.
 *
 * @param address where buyers come to
 * @param nodesListen the address that the nodes listen on, so that it reaches them
 * @param proxies the network of those whose word the nodes take for where a buyer comes from
 * @param exempt the network of buyers that nobody limits
 */
public record Front(URI address, String nodesListen, String proxies, String exempt) {
    private static final int HTTP_PORT = 80;

    int port() {
        return address.getPort() == -1 ? HTTP_PORT : address.getPort();
    }
}
