package dev.seckill.payment;

import dev.seckill.trade.BadInput;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which payments are wanted; all that is given must hold.
 *
 * @param stuck only those that wait for an operator, or whose refund does
 * @param after the number of the last that was listed
 */
public record PaymentQuery(
        Optional<SaleId> sale,
        Optional<ReservationId> reservation,
        Optional<Payment.Status> status,
        boolean stuck,
        Optional<Long> after) {
    /** The cursor of the part of a list before this one. */
    public static Optional<Long> after(Optional<String> cursor) {
        return cursor.map(text -> {
            if (text.matches("\\d{1,18}")) {
                return Long.parseLong(text);
            }
            throw new BadInput("after is what the answer before this one says; without it the list begins.");
        });
    }

    String where() {
        List<String> conditions = new ArrayList<>(List.of("number < ?"));
        sale.ifPresent(id -> conditions.add("sale = ?"));
        reservation.ifPresent(id -> conditions.add("sale = ? AND reservation = ?"));
        status.ifPresent(one -> conditions.add("status = ?"));
        if (stuck) {
            conditions.add("(stuck OR payment IN (SELECT payment FROM refunds WHERE state = 'STUCK'))");
        }
        return " WHERE " + String.join(" AND ", conditions);
    }

    Object[] values() {
        List<Object> values = new ArrayList<>(List.of(after.orElse(Long.MAX_VALUE)));
        sale.ifPresent(id -> values.add(id.value()));
        reservation.ifPresent(id -> values.addAll(List.of(id.sale().value(), id.code())));
        status.ifPresent(one -> values.add(one.name()));
        return values.toArray();
    }
}
