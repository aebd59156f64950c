package dev.seckill.office;

import dev.seckill.http.Query;
import dev.seckill.order.OrderQuery;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads which orders somebody wants to see. */
final class OrderForm {
    private OrderForm() {}

    static OrderQuery own(BuyerId buyer, Query query) {
        return OrderQuery.of(buyer, sale(query), status(query));
    }

    static OrderQuery any(Query query) {
        return new OrderQuery(
                sale(query),
                query.text("buyer").map(BuyerId::named),
                status(query),
                query.text("id").map(ReservationId::parse));
    }

    static Optional<SaleId> sale(Query query) {
        return query.text("sale").map(SaleId::new);
    }

    private static Optional<ReservationStatus> status(Query query) {
        return query.text("status").map(text -> Stream.of(ReservationStatus.values())
                .filter(status -> status.name().equals(text))
                .findAny()
                .orElseThrow(
                        () -> new BadInput("status is one of " + Arrays.toString(ReservationStatus.values()) + ".")));
    }
}
