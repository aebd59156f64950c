package dev.seckill;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A bad line between a provider that calls back and the nodes: calls get lost, arrive twice, or their answers get lost. */
final class CallsBack implements AutoCloseable {
    private static final String PATH = "/api/payments/webhook";
    private static final int LOST = 503;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Api> nodes;
    private final Random random;

    /** The nodes are those in service, and may change. */
    CallsBack(List<Api> nodes, long seed) {
        this.nodes = nodes;
        random = new Random(seed);
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext(PATH, this::pass);
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + PATH;
    }

    private void pass(HttpExchange call) throws IOException {
        String body = new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        int luck = random.nextInt(6);
        int status = luck == 0 ? LOST : passOn(call, body);
        if (luck == 1) {
            passOn(call, body);
        }
        call.sendResponseHeaders(luck == 2 ? LOST : status, -1);
        call.close();
    }

    private int passOn(HttpExchange call, String body) {
        try {
            return nodes.get(random.nextInt(nodes.size()))
                    .send(
                            "POST",
                            PATH,
                            body,
                            "webhook-id",
                            call.getRequestHeaders().getFirst("webhook-id"),
                            "webhook-timestamp",
                            call.getRequestHeaders().getFirst("webhook-timestamp"),
                            "webhook-signature",
                            call.getRequestHeaders().getFirst("webhook-signature"))
                    .status();
        } catch (UncheckedIOException e) {
            return LOST;
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
