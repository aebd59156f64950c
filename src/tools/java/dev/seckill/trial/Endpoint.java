package dev.seckill.trial;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

/** Where a node, or nginx in front of some, is asked over HTTP. */
public final class Endpoint {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** With HTTP/2, which it would try, two threads of the server can wait for each other for ever (Grizzly 4.0). */
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    private final URI address;

    public Endpoint(URI address) {
        this.address = address;
    }

    /** Of what listens there. */
    public static Endpoint at(String host, int port) {
        return new Endpoint(URI.create("http://" + (host.equals("0.0.0.0") ? "127.0.0.1" : host) + ":" + port));
    }

    public URI address() {
        return address;
    }

    public HttpResponse<String> get(String path) throws IOException {
        return send("GET", path, HttpRequest.BodyPublishers.noBody(), List.of());
    }

    /** Headers are name, value, name, value … */
    public HttpResponse<String> send(String method, String path, HttpRequest.BodyPublisher body, List<String> headers)
            throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address.resolve(path))
                .method(method, body)
                .timeout(PATIENCE);
        if (!headers.isEmpty()) {
            request.headers(headers.toArray(String[]::new));
        }
        try {
            return HTTP.send(request.build(), BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("Interrupted.", e);
        }
    }

    /** Whether it answers this path with 200. */
    public boolean isReady(String path) {
        try {
            return get(path).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }
}
