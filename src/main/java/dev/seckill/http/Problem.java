package dev.seckill.http;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Map;

/**
 * An answer that is not what was asked for, as RFC 9457 writes it. Its type is an address on this server that explains
 * it.
 *
 * @param name the type's last part, such as sold-out
 * @param detail what was wrong here and what can be done
 * @param more members of its own, as strings or longs
 * @param retryAfterSeconds 0 for no advice
 * @param challenge how to say who asks (WWW-Authenticate), or null
 */
public record Problem(
        int status,
        String name,
        String title,
        String detail,
        Map<String, Object> more,
        long retryAfterSeconds,
        String challenge) {
    public static final String MEDIA_TYPE = "application/problem+json";
    private static final String TYPES = "/problems.html#";

    public Problem(int status, String name, String title, String detail) {
        this(status, name, title, detail, Map.of(), 0, null);
    }

    public Problem with(String member, Object value) {
        return new Problem(status, name, title, detail, Map.of(member, value), retryAfterSeconds, challenge);
    }

    public Problem retryAfter(long seconds) {
        return new Problem(status, name, title, detail, more, seconds, challenge);
    }

    public Problem challenge(String words) {
        return new Problem(status, name, title, detail, more, retryAfterSeconds, words);
    }

    public JsonObject json() {
        JsonObjectBuilder json = Json.createObjectBuilder()
                .add("type", TYPES + name)
                .add("title", title)
                .add("status", status)
                .add("detail", detail);
        more.forEach((member, value) -> {
            if (value instanceof Long number) {
                json.add(member, number);
            } else {
                json.add(member, value.toString());
            }
        });
        return json.build();
    }

    public Reply reply() {
        Reply reply = new Reply(status, MEDIA_TYPE, null, retryAfterSeconds, json().toString());
        return challenge == null ? reply : reply.with(Map.of(HttpHeaders.WWW_AUTHENTICATE, challenge));
    }

    public Response response() {
        return reply().response();
    }
}
