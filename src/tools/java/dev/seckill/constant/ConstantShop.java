package dev.seckill.constant;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Set;

/** The JAX-RS application at /buy. */
@ApplicationPath("buy")
public class ConstantShop extends Application {
    @Override
    public Set<Class<?>> getClasses() {
        return Set.of(ConstantTicket.class);
    }
}
