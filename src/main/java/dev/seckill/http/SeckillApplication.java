package dev.seckill.http;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Map;

/** Puts the resources under /api. */
@ApplicationPath("api")
public class SeckillApplication extends Application {
    /**
     * Keeps Location a path. Jersey would put in front of it the host that the request named, which behind a proxy is not
     * the client's, and which it cannot do for a name with an underscore.
     */
    @Override
    public Map<String, Object> getProperties() {
        return Map.of(
                "jersey.config.server.headers.location.relative.resolution.disabled", true,
                // /openapi describes the API.
                "jersey.config.server.wadl.disableWadl", true);
    }
}
