package dev.seckill.order;

import dev.seckill.database.Columns;
import dev.seckill.database.Database;
import dev.seckill.ledger.Movement;
import dev.seckill.order.Sums.Unclear;
import dev.seckill.trade.Place;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Reads what is written of one sale, as it stands at the place where its progress stands. */
final class WrittenSale {
    /** One statement sees one moment. It reads all of the sale's orders: a second for some millions. */
    private static final String SUMS = """
            SELECT p.epoch, p.seq, p.aside, s.capacity, o.*
            FROM progress p LEFT JOIN sales s USING (sale), LATERAL (
                SELECT coalesce(sum(quantity) FILTER (WHERE status = 'RESERVED'), 0),
                    coalesce(sum(quantity - refunded) FILTER (WHERE status = 'PAID'), 0), count(*)
                FROM orders WHERE sale = p.sale) o (reserved, sold, reservations)
            WHERE p.sale = ?""";

    private final Database database;
    private final SaleId sale;

    WrittenSale(Database database, SaleId sale) {
        this.database = database;
        this.sale = sale;
    }

    /**
     * What the orders add up to.
     *
     * @param aside what is kept aside, in its order; no order tells of it
     */
    record Orders(Sums sums, List<Step> aside) {}

    /** An order as far as the ledger knows of it too. */
    record Order(String reservation, String buyer, int quantity, ReservationStatus status) {}

    /**
     * Some of the orders, by reservation.
     *
     * @param place up to which they are written
     */
    record Orderly(Place place, List<Order> orders) {}

    /** Fails if the sale itself is not written, or so much is kept aside. */
    Orders orders(int mostAside) {
        return database.transact(connection -> {
            oneMoment(connection);
            Sums sums;
            long aside;
            try (PreparedStatement statement = connection.prepareStatement(SUMS)) {
                statement.setString(1, sale.value());
                try (ResultSet row = statement.executeQuery()) {
                    // before the first movement there is no sale yet
                    if (!row.next() || (row.getLong("capacity") == 0 && row.getLong("seq") > 0)) {
                        throw new Unclear("the sale is not written");
                    }
                    sums = new Sums(
                            new Place(row.getLong("epoch"), row.getLong("seq")),
                            row.getLong("capacity"),
                            row.getLong("reserved"),
                            row.getLong("sold"),
                            row.getLong("reservations"));
                    aside = row.getLong("aside");
                }
            }
            if (aside > mostAside) {
                throw new Unclear(aside + " steps are kept aside");
            }
            OrderRows rows = new OrderRows(connection, sale);
            List<Step> steps = new ArrayList<>();
            for (OrderRows.Kept kept :
                    aside == 0 ? List.<OrderRows.Kept>of() : rows.keptAside(KeptPlace.BEGIN, mostAside)) {
                steps.add(
                        kept.step().orElseThrow(() -> new Unclear("a step that is kept aside is not in its movement")));
            }
            return new Orders(sums, steps);
        });
    }

    /** Some orders after that reservation. */
    Orderly ordersAfter(String reservation, int most) {
        return database.transact(connection -> {
            oneMoment(connection);
            List<Order> orders = new ArrayList<>();
            try (PreparedStatement byIndex = connection.prepareStatement(OrderQuery.BY_INDEX);
                    PreparedStatement statement = connection.prepareStatement("""
                    SELECT reservation, buyer, quantity, status FROM orders WHERE sale = ? AND reservation > ?
                    ORDER BY reservation LIMIT ?""")) {
                new Columns<>(connection, statement, List.of())
                        .value(sale.value())
                        .value(reservation)
                        .value(most);
                byIndex.execute();
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        orders.add(new Order(
                                row.getString(1),
                                row.getString(2),
                                row.getInt(3),
                                ReservationStatus.valueOf(row.getString(4))));
                    }
                }
            }
            return new Orderly(progress(connection, ""), orders);
        });
    }

    /** Where progress stands; with FOR UPDATE nobody writes this sale until the transaction ends. */
    Place progress(Connection connection, String lock) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT epoch, seq FROM progress WHERE sale = ? " + lock)) {
            statement.setString(1, sale.value());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? new Place(row.getLong(1), row.getLong(2)) : Place.BEGIN;
            }
        }
    }

    /** Some of the movements after that place, in their order. */
    List<Movement> movementsAfter(Connection connection, Place place, int most) throws SQLException {
        List<Movement> movements = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT epoch, seq, body FROM movements WHERE sale = ? AND (epoch, seq) > (?, ?)
                ORDER BY epoch, seq LIMIT ?""")) {
            new Columns<>(connection, statement, List.of())
                    .value(sale.value())
                    .value(place.epoch())
                    .value(place.seq())
                    .value(most);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    movements.add(MovementJson.movement(new Place(row.getLong(1), row.getLong(2)), row.getString(3)));
                }
            }
        }
        return movements;
    }

    private static void oneMoment(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        }
    }
}
