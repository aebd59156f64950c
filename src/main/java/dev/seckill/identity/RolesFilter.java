package dev.seckill.identity;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;
import java.util.Collections;
import java.util.Set;

/** Lets those in who have one of the roles, and tells the method who it is. */
final class RolesFilter implements ContainerRequestFilter {
    private final Callers callers;
    private final Set<String> roles;

    RolesFilter(Callers callers, Set<String> roles) {
        this.callers = callers;
        this.roles = roles;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        Caller caller = callers.verified(request.getHeaderString(HttpHeaders.AUTHORIZATION));
        if (Collections.disjoint(caller.roles(), roles)) {
            throw new Unidentified(Unidentified.Reason.WRONG_ROLE);
        }
        request.setSecurityContext(
                new CallerSecurityContext(caller, request.getSecurityContext().isSecure()));
    }

    /** Nobody if there is none. */
    Set<String> roles() {
        return roles;
    }

    private record CallerSecurityContext(Caller caller, boolean isSecure) implements SecurityContext {
        @Override
        public Principal getUserPrincipal() {
            return caller;
        }

        @Override
        public boolean isUserInRole(String role) {
            return caller.roles().contains(role);
        }

        @Override
        public String getAuthenticationScheme() {
            return "Bearer";
        }
    }
}
