package dev.seckill;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** What nginx takes for a node: it says whatever a test wants it to, dies when told to, and remembers who asked. */
final class StubNode implements AutoCloseable {
    /** What a node says; null where it hangs up without a word. */
    interface Answers {
        Answer to(Heard request);
    }

    /**
     * @param headers name, value, name, value …
     */
    record Answer(int status, String body, List<String> headers) {
        static Answer of(int status, String body, String... headers) {
            return new Answer(status, body, List.of(headers));
        }
    }

    record Heard(String method, String target, Headers headers, int bodyLength) {}

    static final int SILENCE = 0;

    private final HttpServer server;
    private final int port;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ConcurrentLinkedQueue<Heard> heard = new ConcurrentLinkedQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile Answers answers;
    private volatile boolean isReady = true;
    private volatile List<Integer> start = List.of();

    StubNode() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        port = server.getAddress().getPort();
        String name = Integer.toString(port);
        answers = request -> Answer.of(200, name);
        server.createContext("/", this::serve);
        server.setExecutor(threads);
        server.start();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            int length = exchange.getRequestBody().readAllBytes().length;
            String target = exchange.getRequestURI().toString();
            boolean isLook = target.equals("/health/ready");
            int looks = isLook ? asked.getAndIncrement() : asked.get() - 1;
            int status = looks >= 0 && looks < start.size() ? start.get(looks) : isReady ? 200 : 503;
            if (status == SILENCE) {
                new CountDownLatch(1).await();
            }
            if (isLook) {
                send(exchange, Answer.of(status, "{}"));
                return;
            }
            Heard request = new Heard(exchange.getRequestMethod(), target, exchange.getRequestHeaders(), length);
            heard.add(request);
            Answer answer = isReady && status != 200 ? Answer.of(status, "starting") : answers.to(request);
            if (answer != null) {
                send(exchange, answer);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        for (int i = 0; i < answer.headers().size(); i += 2) {
            exchange.getResponseHeaders()
                    .add(answer.headers().get(i), answer.headers().get(i + 1));
        }
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(answer.status(), -1);
            return;
        }
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
    }

    void answer(Answers answers) {
        this.answers = answers;
    }

    void isReady(boolean ready) {
        isReady = ready;
        asked.set(0);
    }

    /** It is ready only when it has said all this, one after the other, to whoever asks whether it is; buyers hear the same. */
    void startsBy(List<Integer> statuses) {
        start = statuses;
    }

    /** How often it was asked whether it is ready since that was decided. */
    int asked() {
        return asked.get();
    }

    /** Its buyers' requests, in their order. */
    List<Heard> heard() {
        return List.copyOf(heard);
    }

    int port() {
        return port;
    }

    /** From now on it refuses connections. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
