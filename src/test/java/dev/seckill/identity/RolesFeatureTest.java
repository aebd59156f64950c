package dev.seckill.identity;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.FeatureContext;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which methods are guarded, and for whom they are. Touches memory. */
class RolesFeatureTest {
    /** Methods as a careless resource has them. */
    static class Careless {
        @GET
        public void saysNothing() {}

        @GET
        @PermitAll
        public void open() {}

        @GET
        @RolesAllowed("operator")
        public void forOperators() {}

        @GET
        @DenyAll
        public void closed() {}

        public void answersNobody() {}
    }

    /** Said once for all methods, and otherwise for one. */
    @RolesAllowed("buyer")
    static class Careful {
        @GET
        public void saysNothing() {}

        @GET
        @PermitAll
        public void open() {}
    }

    /** Open by its class, but one method. */
    @PermitAll
    static class Open {
        @GET
        public void saysNothing() {}

        @GET
        @DenyAll
        public void closed() {}
    }

    @Test
    void closesAMethodThatDoesNotSayWhoMayCallIt() {
        assertThat(rolesOf(Careless.class, "saysNothing")).containsExactly(Set.of());
    }

    @Test
    void guardsAsTheMethodOrElseItsClassSays() {
        assertThat(rolesOf(Careless.class, "open")).isEmpty();
        assertThat(rolesOf(Careless.class, "forOperators")).containsExactly(Set.of("operator"));
        assertThat(rolesOf(Careless.class, "closed")).containsExactly(Set.of());
        assertThat(rolesOf(Careful.class, "saysNothing")).containsExactly(Set.of("buyer"));
        assertThat(rolesOf(Careful.class, "open")).isEmpty();
        assertThat(rolesOf(Open.class, "saysNothing")).isEmpty();
        assertThat(rolesOf(Open.class, "closed")).containsExactly(Set.of());
    }

    @Test
    void leavesWhatAnswersNoRequests() {
        assertThat(rolesOf(Careless.class, "answersNobody")).isEmpty();
    }

    /** The roles of each filter that is put before the method. */
    private static List<Set<String>> rolesOf(Class<?> resource, String name) {
        Method method = Stream.of(resource.getDeclaredMethods())
                .filter(each -> each.getName().equals(name))
                .findAny()
                .orElseThrow();
        List<Set<String>> registered = new ArrayList<>();
        FeatureContext context = (FeatureContext) Proxy.newProxyInstance(
                RolesFeatureTest.class.getClassLoader(),
                new Class<?>[] {FeatureContext.class},
                (proxy, called, arguments) -> {
                    registered.add(((RolesFilter) arguments[0]).roles());
                    return proxy;
                });
        new RolesFeature()
                .configure(
                        new ResourceInfo() {
                            @Override
                            public Method getResourceMethod() {
                                return method;
                            }

                            @Override
                            public Class<?> getResourceClass() {
                                return resource;
                            }
                        },
                        context);
        return registered;
    }
}
