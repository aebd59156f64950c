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
 * Answers a purchase before JAX-RS begins when that costs no more than a memory read: "sold out", while this node's gate is
 * closed and the buyer is none of the winners; "busy", while as many purchases are inside as can be answered soon.
 *
 * <p>After the first second of a sale the one is nearly all there is to say, and past what the node can do the other.
 * Whatever looks unusual (no buyer, no key, a name that is none) passes on, to be told so properly.
 */
@WebFilter(urlPatterns = "/api/sales/*", asyncSupported = true)
public class Doorkeeper extends HttpFilter {
    private static final long serialVersionUID = 1;
    private static final String RESERVATIONS = "/reservations";
    private static final Refusal SOLD_OUT = new Refusal(Answer.SOLD_OUT);
    private static final Refusal BUSY = new Refusal(Answer.BUSY);

    private transient LocalStock localStock;
    private transient Buyers buyers;
    private transient InFlight inFlight;
    private transient PurchaseMetrics metrics;

    /** An answer that is the same for everybody, written once. */
    private static final class Refusal {
        private final Outcome outcome;
        private final Problem problem;
        private final byte[] body;

        Refusal(Answer answer) {
            outcome = answer.outcome();
            problem = AnswerMapper.refusal(answer, 0, 0);
            body = problem.json().toString().getBytes(StandardCharsets.UTF_8);
        }

        void write(HttpServletResponse response) throws IOException {
            response.setStatus(problem.status());
            response.setContentType(Problem.MEDIA_TYPE);
            response.setHeader("Cache-Control", "no-store");
            if (problem.retryAfterSeconds() > 0) {
                response.setHeader("Retry-After", Long.toString(problem.retryAfterSeconds()));
            }
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
        }
    }

    /** For the container, which injects the rest. */
    public Doorkeeper() {}

    @Inject
    void meet(LocalStock localStock, Buyers buyers, InFlight inFlight, PurchaseMetrics metrics) {
        this.localStock = localStock;
        this.buyers = buyers;
        this.inFlight = inFlight;
        this.metrics = metrics;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String path = request.getPathInfo() == null ? request.getServletPath() : request.getPathInfo();
        if (!"POST".equals(request.getMethod()) || !path.endsWith(RESERVATIONS)) {
            chain.doFilter(request, response);
        } else if (isSoldOut(request, path)) {
            refuse(SOLD_OUT, response);
        } else if (inFlight.isFull()) {
            refuse(BUSY, response);
        } else {
            chain.doFilter(request, response);
        }
    }

    private void refuse(Refusal refusal, HttpServletResponse response) throws IOException {
        metrics.count(refusal.outcome);
        refusal.write(response);
    }

    private boolean isSoldOut(HttpServletRequest request, String path) {
        if (request.getHeader("Idempotency-Key") == null) {
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
