package dev.seckill;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A node's HTTP API as buyers and operators use it. Each call is one request: it repeats nothing by itself. */
final class Api {
    /** In place of a header's name: the request carries the token of the buyer who is named as its value. */
    static final String BUYER = "(buyer)";

    static final String AUTHORIZATION = "Authorization";
    static final String KEY = "Idempotency-Key";
    static final String JSON = "application/json";

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final URI node;

    Api(URI node) {
        this.node = node;
    }

    /** The API of a node that has just been started: waits until it is ready. */
    static Api of(URI node) {
        Api api = new Api(node);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> api.get("/health/ready").status() == 200);
        return api;
    }

    /** What came back. */
    record Reply(int status, HttpHeaders headers, String text) {
        JsonNode json() {
            try {
                return MAPPER.readTree(text);
            } catch (JsonProcessingException e) {
                throw new AssertionError(status + " with a body that is no JSON: " + text, e);
            }
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        /** The problem's name, such as sold-out; empty if it is none. */
        String problem() {
            return header("Content-Type").startsWith("application/problem+json")
                    ? json().path("type").asText().replaceFirst("^/problems.html#", "")
                    : "";
        }

        String id() {
            return json().path("id").asText();
        }
    }

    /** A sale's sums. */
    record Sums(long capacity, long remaining, long returning, long reserved, long sold) {
        static Sums of(JsonNode sale) {
            return new Sums(
                    sale.path("capacity").asLong(),
                    sale.path("remaining").asLong(),
                    sale.path("returning").asLong(),
                    sale.path("reserved").asLong(),
                    sale.path("sold").asLong());
        }
    }

    Reply get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    /** Headers are name, value, name, value …; a body without a Content-Type among them is JSON. */
    Reply send(String method, String path, String body, String... headers) {
        return send(request(method, path, body, headers));
    }

    Reply send(HttpRequest request) {
        try {
            return reply(http.send(request, HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Reply reply(HttpResponse<String> response) {
        return new Reply(response.statusCode(), response.headers(), response.body());
    }

    HttpRequest request(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(node.resolve("/") + path.substring(1)))
                .timeout(PATIENCE)
                .method(
                        method,
                        body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body, StandardCharsets.UTF_8));
        boolean typed = body == null;
        for (int i = 0; i < headers.length; i += 2) {
            if (headers[i].equals(BUYER)) {
                request.header(AUTHORIZATION, "Bearer " + TestIssuer.buyer(headers[i + 1]));
            } else {
                request.header(headers[i], headers[i + 1]);
            }
            typed |= headers[i].equals("Content-Type");
        }
        if (!typed) {
            request.header("Content-Type", JSON);
        }
        return request.build();
    }

    HttpRequest purchase(String sale, String buyer, String key, int quantity) {
        return request(
                "POST",
                "/api/sales/" + sale + "/reservations",
                "{\"quantity\": " + quantity + "}",
                BUYER,
                buyer,
                KEY,
                key);
    }

    /** Asks for tickets, once. */
    Reply buy(String sale, String buyer, String key, int quantity) {
        return send(purchase(sale, buyer, key, quantity));
    }

    Reply cancel(String id, String buyer) {
        return send("DELETE", "/api/reservations/" + id, null, BUYER, buyer);
    }

    Reply operator(String method, String path, String body) {
        return send(method, path, body, AUTHORIZATION, "Bearer " + TestIssuer.operator());
    }

    /** Puts a sale on; more is further fields of it, such as {@code "hold": "PT1M"}. */
    Reply create(String sale, int capacity, int limit, String... more) {
        String further = more.length == 0 ? "" : ", " + String.join(", ", more);
        return operator(
                "POST",
                "/api/sales",
                "{\"id\": \"" + sale + "\", \"capacity\": " + capacity + ", \"limit_per_buyer\": " + limit
                        + ", \"price\": {\"amount_minor\": 4500, \"currency\": \"EUR\"}" + further + "}");
    }

    /** Changes a sale; the change is a field of it, such as {@code "state": "PAUSED"}. */
    Reply change(String sale, String change) {
        return operator("PATCH", "/api/sales/" + sale, "{" + change + "}");
    }

    /** A gauge or counter without tags of its own. */
    double metric(String name) {
        String page = get("/metrics?scope=application", "Accept", "text/plain").text();
        Matcher line = Pattern.compile("^" + name + "(?:\\{[^}]*})? (\\S+)", Pattern.MULTILINE)
                .matcher(page);
        if (!line.find()) {
            throw new AssertionError("no " + name + " in\n" + page);
        }
        return Double.parseDouble(line.group(1));
    }

    /** A sale's sums as they are now. */
    Sums sums(String sale) {
        return Sums.of(show(sale));
    }

    /** A sale as it is now. To look at it shows what may be a second old; to set its capacity to what it is looks anew. */
    JsonNode show(String sale) {
        long capacity = get("/api/sales/" + sale).json().path("capacity").asLong();
        Reply unchanged = change(sale, "\"capacity\": " + capacity);
        if (unchanged.status() != 200) {
            throw new AssertionError("can't look at " + sale + ": " + unchanged);
        }
        return unchanged.json();
    }
}
