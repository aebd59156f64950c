package dev.seckill.order;

import dev.seckill.database.Columns;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which orders are wanted; all that is given must hold.
 *
 * <p>They are found by an index: an order, a buyer's or a sale's, newest first. For the rest each of them is looked at, so many at
 * a time and no more, however many there are: so a part of the list may be short, or even empty, and still not be the last.
 */
public record OrderQuery(
        Optional<SaleId> sale,
        Optional<BuyerId> buyer,
        Optional<ReservationStatus> status,
        Optional<ReservationId> id) {
    private static final int MOST_LOOKED_AT = 1_000;

    /**
     * Each search has its index and needs some rows in that order; but of a table that has just grown the database knows too
     * little to see that, and would collect and sort a whole sale.
     */
    static final String BY_INDEX =
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off";

    /** In microseconds; some later year than any order's. */
    private static final long LAST_MICROS = 1L << 53;

    public OrderQuery {
        if (sale.isEmpty() && buyer.isEmpty() && id.isEmpty()) {
            throw new BadInput("Give sale, buyer or id: there are too many orders to search all of them.");
        }
    }

    /** A buyer's own. */
    public static OrderQuery of(BuyerId buyer, Optional<SaleId> sale, Optional<ReservationStatus> status) {
        return new OrderQuery(sale, Optional.of(buyer), status, Optional.empty());
    }

    private record Place(Instant beganAt, String sale, String reservation) {
        static Place of(String... parts) {
            long micros = Long.parseLong(parts[0]);
            if (micros < 0 || micros > LAST_MICROS) {
                throw new IllegalArgumentException("no time");
            }
            return new Place(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), parts[1], parts[2]);
        }
    }

    private static String cursor(Order order) {
        return Cursor.of(
                ChronoUnit.MICROS.between(Instant.EPOCH, order.beganAt()),
                order.id().sale(),
                order.id().code());
    }

    Listing<Order> list(Connection connection, int limit, Optional<String> after) throws SQLException {
        int most = isFoundByIndex() ? limit + 1 : MOST_LOOKED_AT;
        List<Order> found = new ArrayList<>();
        Order last = null;
        int lookedAt = 0;
        try (PreparedStatement byIndex = connection.prepareStatement(BY_INDEX);
                PreparedStatement statement = connection.prepareStatement(sql(after.isPresent()))) {
            byIndex.execute();
            bind(new Columns<>(connection, statement, List.of()), Cursor.read(after, 3, Place::of), most);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    if (found.size() == limit) {
                        return new Listing<>(found, Optional.of(cursor(last)));
                    }
                    last = order(row);
                    lookedAt++;
                    if (matches(last)) {
                        found.add(last);
                    }
                }
            }
        }
        return new Listing<>(found, lookedAt == most ? Optional.of(cursor(last)) : Optional.empty());
    }

    /** Whether nothing is left to be looked at one by one. */
    private boolean isFoundByIndex() {
        return id.isPresent() || (status.isEmpty() && (buyer.isEmpty() || sale.isEmpty()));
    }

    private boolean matches(Order order) {
        return sale.map(order.id().sale()::equals).orElse(true)
                && buyer.map(BuyerId::value).map(order.buyer()::equals).orElse(true)
                && status.map(order.status()::equals).orElse(true);
    }

    private String sql(boolean goesOn) {
        String where = id.isPresent()
                ? "sale = ? AND reservation = ?"
                // said twice, because the index is of those alone
                : buyer.isPresent() ? "buyer = ? AND buyer <> ''" : "sale = ?";
        return "SELECT sale, reservation, buyer, quantity, amount_minor, currency, status, reserved_at, due_at, ended_at,"
                + " payment, succeeds, refunded FROM orders"
                + " WHERE " + where + (goesOn ? " AND (began_at, sale, reservation) < (?, ?, ?)" : "")
                + (id.isPresent() ? "" : " ORDER BY began_at DESC, sale DESC, reservation DESC")
                + " LIMIT ?";
    }

    private void bind(Columns<?> columns, Optional<Place> after, int most) throws SQLException {
        if (id.isPresent()) {
            columns.value(id.get().sale().value()).value(id.get().code());
        } else {
            columns.value(
                    buyer.map(BuyerId::value).orElseGet(() -> sale.orElseThrow().value()));
        }
        if (after.isPresent()) {
            columns.value(after.get().beganAt.atOffset(ZoneOffset.UTC))
                    .value(after.get().sale)
                    .value(after.get().reservation);
        }
        columns.value(most);
    }

    private static Order order(ResultSet row) throws SQLException {
        SaleId sale = new SaleId(row.getString("sale"));
        return new Order(
                new ReservationId(sale, row.getString("reservation")),
                row.getString("buyer"),
                row.getInt("quantity"),
                row.getLong("amount_minor"),
                row.getString("currency"),
                ReservationStatus.valueOf(row.getString("status")),
                time(row, "reserved_at"),
                time(row, "due_at"),
                time(row, "ended_at"),
                Optional.ofNullable(row.getString("payment")).map(PaymentId::new),
                Optional.ofNullable(row.getString("succeeds")).map(code -> new ReservationId(sale, code)),
                row.getInt("refunded"));
    }

    private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }
}
