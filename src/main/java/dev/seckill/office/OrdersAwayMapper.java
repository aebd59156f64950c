package dev.seckill.office;

import dev.seckill.http.Problem;
import dev.seckill.order.OrdersAway;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Nobody can look at the orders now. A node without a database has none, and never will: that is no failure but a 404. */
@Provider
public class OrdersAwayMapper implements ExceptionMapper<OrdersAway> {
    @Override
    public Response toResponse(OrdersAway away) {
        return problem(away).response();
    }

    private static Problem problem(OrdersAway away) {
        return switch (away.reason()) {
            case OFF ->
                new Problem(
                        404,
                        "no-orders",
                        "No orders are kept here",
                        "This deployment has no database for them: seckill.database.url is not set.");
            case AWAY ->
                new Problem(
                                503,
                                "orders-away",
                                "The orders can't be looked at now",
                                "The database that keeps them is away or took too long; sales go on, and nothing is lost.")
                        .retryAfter(2);
            case BUSY ->
                new Problem(429, "busy", "Busy", "So many look at the orders already; ask again in a moment.")
                        .retryAfter(1);
        };
    }
}
