package dev.seckill.limit;

import dev.seckill.http.Reply;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;

/** Lets in no more from one address than it may ask for. The first of all filters: web.xml says so. */
public class AddressFilter extends HttpFilter {
    private static final long serialVersionUID = 1;

    private transient Limits limits;

    /** For the container, which injects the rest. */
    public AddressFilter() {}

    @Inject
    void meet(Limits limits) {
        this.limits = limits;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Optional<Reply> refusal = limits.request(request.getRemoteAddr(), () -> request.getHeaders("X-Forwarded-For"));
        if (refusal.isPresent()) {
            refusal.get().write(response);
        } else {
            chain.doFilter(request, response);
        }
    }
}
