package dev.seckill.purchase;

import dev.seckill.http.BadInputMapper;
import dev.seckill.http.Reply;
import dev.seckill.identity.Callers;
import dev.seckill.ledger.Attempt;
import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.Stamp;
import dev.seckill.limit.Limits;
import dev.seckill.sale.Sales;
import dev.seckill.stock.LocalStock;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * GET /buy/ticket: one ticket of the configured sale, under the contract of the system this one follows, sold through the
 * same path as all others.
 *
 * <p>Who sends no token is a new, anonymous buyer each time. It is a GET that buys, so nothing may repeat it on its own.
 * The status is always 200; code says: 1 won, -1 sold out and nothing else, -2 busy, -3 not open or closed, -4 limit
 * reached, -5 unknown, -6 the key stands for a ticket that was cancelled or has expired. A request that can't be one is a
 * 400, a token that is not a buyer's a 401 or 403, a key that stands for another quantity a 422, one too many from an
 * address or a buyer a 429.
 */
@WebServlet(urlPatterns = "/buy/ticket", asyncSupported = true)
public class TicketServlet extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final Map<Outcome, byte[]> BODIES = new EnumMap<>(Outcome.class);
    private static final byte[] ENDED = body(-6, "已取消或已过期");

    static {
        body(1, "抢票成功", Outcome.RESERVED, Outcome.ALREADY_RESERVED);
        body(-1, "已售罄", Outcome.SOLD_OUT);
        body(-2, "系统繁忙", Outcome.BUSY, Outcome.NOT_ENOUGH);
        body(-3, "未开售或已结束", Outcome.NOT_OPEN, Outcome.NO_SALE);
        body(-4, "超过限购数量", Outcome.LIMIT_REACHED);
        body(-5, "结果未知", Outcome.UNKNOWN);
    }

    private transient Sales sales;
    private transient LocalStock localStock;
    private transient Ledger ledger;
    private transient Door door;
    private transient Limits limits;
    private transient InFlight inFlight;
    private transient PurchaseMetrics metrics;
    private transient StatLog statLog;
    private transient SaleId sale;

    /** For the container, which injects the rest. */
    public TicketServlet() {}

    @Inject
    void meet(
            Sales sales,
            LocalStock localStock,
            Ledger ledger,
            Door door,
            Limits limits,
            InFlight inFlight,
            PurchaseMetrics metrics,
            StatLog statLog,
            PurchaseConfig config) {
        this.sales = sales;
        this.localStock = localStock;
        this.ledger = ledger;
        this.door = door;
        this.limits = limits;
        this.inFlight = inFlight;
        this.metrics = metrics;
        this.statLog = statLog;
        this.sale = config.ticketSale();
    }

    private static byte[] body(int code, String message, Outcome... outcomes) {
        byte[] bytes =
                ("{\"code\":" + code + ",\"msg\":\"" + message + "\",\"data\":null}").getBytes(StandardCharsets.UTF_8);
        for (Outcome outcome : outcomes) {
            BODIES.put(outcome, bytes);
        }
        return bytes;
    }

    /** A HEAD would buy a ticket and not say so; an OPTIONS would offer it. */
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if ("GET".equals(request.getMethod())) {
            doGet(request, response);
        } else {
            response.setHeader("Allow", "GET");
            response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        long acceptedAtNanos = System.nanoTime();
        Stamp stamp = localStock.stamp(sale);
        String authorization = Callers.authorization(request);
        Admission admission = authorization == null ? door.admitAnonymous(sale) : door.admit(sale, authorization);
        if (admission.refusal() != null) {
            answer(response, admission.refusal(), acceptedAtNanos);
            return;
        }
        if (admission.fault() != null) {
            admission.fault().write(response);
            return;
        }
        BuyerId buyer = admission.buyer();
        ReservationId id;
        try {
            String key = request.getHeader("Idempotency-Key");
            id = buyer.isAnonymous() || key == null
                    ? ReservationId.random(sale)
                    : ReservationId.derive(sale, buyer, IdempotencyKey.parse(key));
        } catch (BadInput e) {
            BadInputMapper.problem(e).reply().write(response);
            return;
        }
        Optional<Reply> tooMany = buyer.isAnonymous() ? Optional.empty() : limits.purchase(buyer);
        if (tooMany.isPresent()) {
            tooMany.get().write(response);
            return;
        }
        Attempt attempt = new Attempt(id, buyer, 1, stamp, ledger.deadlineMs());
        Later.answer(
                request,
                response,
                inFlight.let(() -> reserve(attempt), () -> CompletableFuture.completedStage(Answer.BUSY)),
                (answer, fault) -> answer(response, fault == null ? answer : Answer.BUSY, acceptedAtNanos));
    }

    private CompletionStage<Answer> reserve(Attempt attempt) {
        return sales.find(sale)
                .thenCompose(found -> found.isPresent()
                        ? localStock.reserve(attempt)
                        : CompletableFuture.completedStage(Answer.NO_SALE));
    }

    private void answer(HttpServletResponse response, Answer answer, long acceptedAtNanos) throws IOException {
        Outcome outcome = answer.outcome();
        metrics.count(sale, outcome, acceptedAtNanos);
        boolean ended = outcome == Outcome.ALREADY_RESERVED && !stands(answer.reservation());
        boolean won = outcome == Outcome.RESERVED || (outcome == Outcome.ALREADY_RESERVED && !ended);
        statLog.write(won, localStock.localSales(sale));
        if (outcome == Outcome.KEY_REUSED) {
            AnswerMapper.refusal(answer, 0, 0).reply().write(response);
            return;
        }
        byte[] body = ended ? ENDED : BODIES.get(outcome);
        response.setContentType("application/json;charset=UTF-8");
        response.setHeader("Cache-Control", "no-store");
        if (outcome == Outcome.SOLD_OUT) {
            // Everybody would hear the same, so nginx may say it for a second to others who send no token.
            response.setHeader("X-Accel-Expires", "1");
        }
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static boolean stands(Reservation reservation) {
        return reservation.status() == ReservationStatus.RESERVED || reservation.status() == ReservationStatus.PAID;
    }
}
