package dev.seckill.http;

import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Too many send their bodies slowly. */
@Provider
public class CrowdedMapper implements ExceptionMapper<Body.Crowded> {
    @Override
    public Response toResponse(Body.Crowded crowded) {
        return new Problem(429, "busy", "Busy", "Too many requests arrive slowly; send yours again, in one piece.")
                .retryAfter(1)
                .response();
    }
}
