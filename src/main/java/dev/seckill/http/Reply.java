package dev.seckill.http;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * An answer that nobody may keep, as JAX-RS gives it or as it goes out without JAX-RS.
 *
 * @param location a path on this server, or null
 * @param retryAfterSeconds 0 for no advice
 * @param headers further ones
 */
public record Reply(
        int status,
        String mediaType,
        String location,
        long retryAfterSeconds,
        String body,
        Map<String, String> headers) {
    private static final String NO_STORE = "no-store";

    public Reply(int status, String mediaType, String location, long retryAfterSeconds, String body) {
        this(status, mediaType, location, retryAfterSeconds, body, Map.of());
    }

    public Reply with(Map<String, String> headers) {
        return new Reply(status, mediaType, location, retryAfterSeconds, body, headers);
    }

    public Response response() {
        Response.ResponseBuilder response = Response.status(status)
                .type(mediaType)
                .header(HttpHeaders.CACHE_CONTROL, NO_STORE)
                .entity(body);
        if (location != null) {
            response.header(HttpHeaders.LOCATION, location);
        }
        if (retryAfterSeconds > 0) {
            response.header(HttpHeaders.RETRY_AFTER, retryAfterSeconds);
        }
        headers.forEach(response::header);
        return response.build();
    }

    public void write(HttpServletResponse response) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType(mediaType);
        response.setHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
        if (location != null) {
            response.setHeader(HttpHeaders.LOCATION, location);
        }
        if (retryAfterSeconds > 0) {
            response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(retryAfterSeconds));
        }
        headers.forEach(response::setHeader);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
