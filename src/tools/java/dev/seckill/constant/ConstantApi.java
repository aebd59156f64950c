package dev.seckill.constant;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Map;
import java.util.Set;

/** The JAX-RS application at /api. */
@ApplicationPath("api")
public class ConstantApi extends Application {
    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(ConstantReservations.class);
    }

    /** As the application has them. */
    @Override
    public Map<String, Object> getProperties() {
        return Map.of(
                "jersey.config.server.headers.location.relative.resolution.disabled", true,
                "jersey.config.server.wadl.disableWadl", true);
    }
}
