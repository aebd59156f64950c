package dev.seckill;

import com.nimbusds.jose.jwk.JWK;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** The part of an OpenID provider that a node sees: its public keys under an address. Can be away, slow, or broken. */
public final class JwksServer implements AutoCloseable {
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "jwks");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicInteger asked = new AtomicInteger();
    private final int port;
    private HttpServer server;
    private volatile String body;
    private volatile int status = 200;
    private volatile long delayMs;

    private JwksServer(JWK... keys) {
        body = TestIssuer.keySet(keys);
        port = open(0);
    }

    public static JwksServer of(JWK... keys) {
        return new JwksServer(keys);
    }

    private int open(int wanted) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 0);
            server.setExecutor(threads);
            server.createContext("/jwks", exchange -> {
                asked.incrementAndGet();
                try {
                    Thread.sleep(delayMs);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(status, bytes.length);
                exchange.getResponseBody().write(bytes);
                exchange.close();
            });
            server.start();
            return server.getAddress().getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String address() {
        return "http://127.0.0.1:" + port + "/jwks";
    }

    /** From now on it has these keys. */
    public void publish(JWK... keys) {
        answer(200, TestIssuer.keySet(keys));
    }

    public void answer(int newStatus, String newBody) {
        body = newBody;
        status = newStatus;
    }

    public void delay(long ms) {
        delayMs = ms;
    }

    /** How often it was asked. */
    public int asked() {
        return asked.get();
    }

    public void goAway() {
        server.stop(0);
    }

    public void comeBack() {
        open(port);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
