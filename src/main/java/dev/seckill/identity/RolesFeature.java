package dev.seckill.identity;

import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.FeatureContext;
import jakarta.ws.rs.ext.Provider;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Guards every JAX-RS method as it or else its class is annotated: {@code @RolesAllowed} for whoever has one of the roles,
 * {@code @PermitAll} for everybody. Without an annotation it is for nobody, so that a new one cannot be open by mistake.
 *
 * <p>The server has the like, which asks for a login of its own; WEB-INF/payara-web.xml switches that off.
 */
@Provider
public class RolesFeature implements DynamicFeature {
    @Inject
    Callers callers;

    @Override
    public void configure(ResourceInfo resource, FeatureContext context) {
        Method method = resource.getResourceMethod();
        if (!answersRequests(method)) {
            // of Jersey itself: it answers OPTIONS
            return;
        }
        if (isSaid(method)) {
            guard(method, context);
        } else {
            guard(resource.getResourceClass(), context);
        }
    }

    private static boolean answersRequests(Method method) {
        return Stream.of(method.getAnnotations())
                .anyMatch(annotation -> annotation.annotationType().isAnnotationPresent(HttpMethod.class));
    }

    private static boolean isSaid(AnnotatedElement element) {
        return element.isAnnotationPresent(DenyAll.class)
                || element.isAnnotationPresent(RolesAllowed.class)
                || element.isAnnotationPresent(PermitAll.class);
    }

    private void guard(AnnotatedElement element, FeatureContext context) {
        RolesAllowed roles = element.getAnnotation(RolesAllowed.class);
        boolean isOpen = element.isAnnotationPresent(PermitAll.class)
                && roles == null
                && !element.isAnnotationPresent(DenyAll.class);
        if (!isOpen) {
            boolean isClosed = roles == null || element.isAnnotationPresent(DenyAll.class);
            context.register(
                    new RolesFilter(callers, isClosed ? Set.of() : Set.of(roles.value())), Priorities.AUTHENTICATION);
        }
    }
}
