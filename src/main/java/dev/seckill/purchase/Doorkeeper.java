package dev.seckill.purchase;

import dev.seckill.http.BadInputMapper;
import dev.seckill.http.Body;
import dev.seckill.http.FaultMapper;
import dev.seckill.http.Reply;
import dev.seckill.identity.Callers;
import dev.seckill.sale.Sales;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.SaleId;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Serves the ordinary purchase before JAX-RS begins: refuses where {@link Door} does; otherwise it sells, as
 * {@link ReservationsResource} would and at two thirds of the cost.
 *
 * <p>Whatever looks unusual (no key, a name that is none, a sale not seen yet, a body that is not all there, another media
 * type) passes on to JAX-RS, to be served or told so properly; there the token is known by now. Where it stands among the
 * filters says web.xml.
 */
public class Doorkeeper extends HttpFilter {
    private static final long serialVersionUID = 1;
    private static final String SALES = "/sales/";
    private static final String RESERVATIONS = "/reservations";
    private static final String JSON = "application/json";
    private static final Reply SOLD_OUT =
            AnswerMapper.refusal(Answer.SOLD_OUT, 0, 0).reply();
    private static final Reply BUSY = AnswerMapper.refusal(Answer.BUSY, 0, 0).reply();

    private transient Sales sales;
    private transient Door door;
    private transient Purchases purchases;
    private transient PurchaseMetrics metrics;

    /** For the container, which injects the rest. */
    public Doorkeeper() {}

    @Inject
    void meet(Sales sales, Door door, Purchases purchases, PurchaseMetrics metrics) {
        this.sales = sales;
        this.door = door;
        this.purchases = purchases;
        this.metrics = metrics;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!serves(request, response)) {
            chain.doFilter(request, response);
        }
    }

    private boolean serves(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getPathInfo();
        if (path == null
                || path.length() <= SALES.length() + RESERVATIONS.length()
                || !path.startsWith(SALES)
                || !path.endsWith(RESERVATIONS)
                || !"POST".equals(request.getMethod())) {
            return false;
        }
        Purchases.Accepted accepted;
        IdempotencyKey key;
        try {
            SaleId sale = new SaleId(path.substring(SALES.length(), path.length() - RESERVATIONS.length()));
            accepted = purchases.accept(sale);
            key = IdempotencyKey.parse(request.getHeader("Idempotency-Key"));
        } catch (BadInput e) {
            return false;
        }
        Admission admission = door.admit(accepted.sale(), Callers.authorization(request));
        if (admission.refusal() != null) {
            Outcome outcome = admission.refusal().outcome();
            metrics.count(accepted.sale(), outcome, accepted.atNanos());
            (outcome == Outcome.SOLD_OUT ? SOLD_OUT : BUSY).write(response);
        } else if (admission.fault() != null) {
            admission.fault().write(response);
        } else if (isOrdinary(request) && sales.knows(accepted.sale())) {
            sell(request, response, accepted, admission.buyer(), key);
        } else {
            return false;
        }
        return true;
    }

    private static boolean isOrdinary(HttpServletRequest request) throws IOException {
        String accept = request.getHeader("Accept");
        int length = request.getContentLength();
        return JSON.equals(request.getContentType())
                && length >= 0
                && request.getInputStream().available() >= length
                && (accept == null || accept.contains("*/*") || accept.contains(JSON));
    }

    private void sell(
            HttpServletRequest request,
            HttpServletResponse response,
            Purchases.Accepted accepted,
            BuyerId buyer,
            IdempotencyKey key)
            throws IOException {
        CompletionStage<Reply> reply;
        try {
            long quantity =
                    Body.readArrived(request.getInputStream(), "quantity").whole("quantity");
            reply = purchases.reserve(accepted, buyer, key, quantity);
        } catch (BadInput e) {
            BadInputMapper.problem(e).reply().write(response);
            return;
        }
        Later.answer(
                request, response, reply, (value, fault) -> (fault == null ? value : failed(fault)).write(response));
    }

    private static Reply failed(Throwable fault) {
        Throwable cause = fault instanceof CompletionException ? fault.getCause() : fault;
        return (cause instanceof BadInput badInput ? BadInputMapper.problem(badInput) : FaultMapper.problem(cause))
                .reply();
    }
}
