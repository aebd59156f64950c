package dev.seckill.purchase;

import dev.seckill.trade.BuyerId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Who is asking. The only place that knows how a buyer is recognised: for now by a header that something trusted in
 * front sets, if one is configured. What every purchase calls here is public: the container's proxy calls the rest by
 * reflection.
 */
@ApplicationScoped
public class Buyers {
    private Optional<String> header;

    @Inject
    Buyers(PurchaseConfig config) {
        header = config.buyerHeader();
    }

    /** For the container's proxy. */
    Buyers() {}

    /** The buyer a request names; empty if it names none or nobody can be named here. */
    public Optional<BuyerId> of(UnaryOperator<String> headers) {
        return header.map(headers).map(BuyerId::named);
    }

    /** A header as JAX-RS reads it: sent twice it is both, with a comma between, which names no buyer. */
    static String header(HttpServletRequest request, String name) {
        Enumeration<String> values = request.getHeaders(name);
        return values.hasMoreElements() ? String.join(",", Collections.list(values)) : null;
    }

    /** The buyer a request names, where it must. */
    public BuyerId require(UnaryOperator<String> headers) {
        return of(headers)
                .orElseThrow(() -> new Unnamed(header.map(name -> "Say who you are with the header " + name + '.')
                        .orElse("This node has no seckill.purchase.buyer-header configured, so nobody buys by name.")));
    }

    /** Thrown when a request names no buyer and must. */
    static final class Unnamed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unnamed(String message) {
            super(message, null, false, false);
        }
    }
}
