package dev.seckill.purchase;

import dev.seckill.http.Problem;
import dev.seckill.stock.LocalStock;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.SaleId;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Answers "sold out" before JAX-RS begins, while this node's gate is closed and the buyer is none of the winners.
 *
 * <p>After the first second of a sale this is nearly all there is to say, and it costs no more than a memory read.
 * Whatever looks unusual (no buyer, no key, a name that is none) passes on, to be told so properly.
 */
@WebFilter(urlPatterns = "/api/sales/*", asyncSupported = true)
public class SoldOutGate extends HttpFilter {
    private static final long serialVersionUID = 1;
    private static final String RESERVATIONS = "/reservations";
    private static final byte[] SOLD_OUT =
            AnswerMapper.refusal(Answer.SOLD_OUT, 0, 0).json().toString().getBytes(StandardCharsets.UTF_8);

    private transient LocalStock localStock;
    private transient Buyers buyers;
    private transient PurchaseMetrics metrics;

    /** For the container, which injects the rest. */
    public SoldOutGate() {}

    @Inject
    void meet(LocalStock localStock, Buyers buyers, PurchaseMetrics metrics) {
        this.localStock = localStock;
        this.buyers = buyers;
        this.metrics = metrics;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!"POST".equals(request.getMethod()) || !isRefused(request)) {
            chain.doFilter(request, response);
            return;
        }
        metrics.count(Outcome.SOLD_OUT);
        response.setStatus(HttpServletResponse.SC_CONFLICT);
        response.setContentType(Problem.MEDIA_TYPE);
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(SOLD_OUT.length);
        response.getOutputStream().write(SOLD_OUT);
    }

    private boolean isRefused(HttpServletRequest request) {
        String path = request.getPathInfo() == null ? request.getServletPath() : request.getPathInfo();
        if (!path.endsWith(RESERVATIONS) || request.getHeader("Idempotency-Key") == null) {
            return false;
        }
        try {
            int end = path.length() - RESERVATIONS.length();
            SaleId sale = new SaleId(path.substring(path.lastIndexOf('/', end - 1) + 1, end));
            Optional<BuyerId> buyer = buyers.of(name -> Buyers.header(request, name));
            return buyer.isPresent() && localStock.refuses(sale, buyer.get());
        } catch (BadInput e) {
            return false;
        }
    }
}
