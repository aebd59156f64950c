package dev.seckill.order;

import dev.seckill.database.Columns;
import dev.seckill.ledger.Movement;
import dev.seckill.order.OrderBook.Row;
import dev.seckill.trade.Place;
import dev.seckill.trade.SaleId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Writes the rows of one sale, within a transaction of whoever calls; many rows are one statement. */
final class OrderRows {
    private static final String BEGIN = """
            INSERT INTO orders (sale, reservation, buyer, quantity, amount_minor, currency, status,
                reserved_at, due_at, ended_at, payment, succeeds, refunded, epoch, seq)
            SELECT s.sale, n.reservation, n.buyer, n.quantity, coalesce(n.amount_minor, s.amount_minor), s.currency, n.status,
                to_timestamp(n.reserved_ms / 1000.0), to_timestamp(n.due_ms / 1000.0), to_timestamp(n.ended_ms / 1000.0),
                n.payment, n.succeeds, n.refunded, n.epoch, n.seq
            FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS n (reservation, buyer, quantity, amount_minor, status,
                reserved_ms, due_ms, ended_ms, payment, succeeds, refunded, epoch, seq)
            JOIN sales s ON s.sale = ?
            ON CONFLICT (sale, reservation) DO NOTHING""";

    private static final String GO_ON = """
            UPDATE orders o SET status = n.status, due_at = coalesce(to_timestamp(n.due_ms / 1000.0), o.due_at),
                ended_at = to_timestamp(n.ended_ms / 1000.0), payment = coalesce(o.payment, n.payment),
                refunded = o.refunded + n.refunded, epoch = n.epoch, seq = n.seq
            FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS n (reservation, buyer, needs, after, status, due_ms, ended_ms,
                payment, refunded, epoch, seq)
            WHERE o.sale = ? AND o.reservation = n.reservation AND o.status = n.after
                AND o.buyer = n.buyer AND o.quantity - o.refunded = n.needs AND (o.epoch, o.seq) < (n.epoch, n.seq)""";

    private static final String FOUND =
            "SELECT reservation, status, epoch, seq FROM orders WHERE sale = ? AND reservation = ANY (?)";

    private static final String CREATE_SALE = """
            INSERT INTO sales (sale, name, capacity, amount_minor, currency, opens_at, closes_at, hold_ms, limit_per_buyer,
                state, created_at)
            VALUES (?, ?, ?, ?, ?, to_timestamp(? / 1000.0), to_timestamp(nullif(?, 0) / 1000.0), ?, ?, 'OPEN',
                to_timestamp(? / 1000.0))
            ON CONFLICT (sale) DO NOTHING""";

    private final Connection connection;
    private final SaleId sale;

    OrderRows(Connection connection, SaleId sale) {
        this.connection = connection;
        this.sale = sale;
    }

    /** Writes them in their order; gives what could not be. These subjects have something kept aside already. */
    List<Aside> write(List<Step> steps, Set<String> blocked) throws SQLException {
        OrderBook book = new OrderBook(blocked);
        for (Step step : steps) {
            if (step.isOfSale()) {
                if (!book.isKeptAside(step)) {
                    String problem = writeSale(step);
                    if (!problem.isEmpty()) {
                        book.keepAside(step, problem);
                    }
                }
            } else if (step.isOfOrder()) {
                book.apply(step);
            } else {
                book.isKeptAside(step);
            }
        }
        begin(book);
        goOn(book);
        List<Step> owing = steps.stream().filter(Step::owesBack).toList();
        for (Step step : new RefundRows(connection, sale).write(book.written(owing))) {
            book.keepAside(step, "knows no such payment");
        }
        return book.asides();
    }

    // --- the sale ---------------------------------------------------------------------------------------------------

    /** Why it could not be, or ''. */
    private String writeSale(Step step) throws SQLException {
        try {
            return switch (step.kind()) {
                case "CREATED" -> createSale(step) == 1 ? "" : "there is such a sale already";
                case "STATE_CHANGED" ->
                    changeSale("state = ?", step.movement().fields().get("state"));
                case "CAPACITY_ADDED" ->
                    changeSale("capacity = capacity + ?", step.movement().number("quantity"));
                default -> "has a kind that this version does not know";
            };
        } catch (NumberFormatException e) {
            return "lacks a number: " + e.getMessage();
        }
    }

    private int createSale(Step step) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CREATE_SALE)) {
            Columns<Step> columns = new Columns<>(connection, statement, List.of());
            columns.value(sale.value()).value(step.movement().fields().get("name"));
            columns.value(step.movement().number("quantity"))
                    .value(step.movement().number("amount_minor"));
            columns.value(step.movement().fields().get("currency"));
            columns.value(step.movement().number("opens_at_ms"))
                    .value(step.movement().number("closes_at_ms"));
            columns.value(step.movement().number("hold_ms"))
                    .value(step.movement().number("limit_per_buyer"));
            return columns.value(step.movement().atMs()).update();
        }
    }

    private String changeSale(String change, Object value) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE sales SET " + change + " WHERE sale = ?")) {
            int changed = new Columns<>(connection, statement, List.of())
                    .value(value)
                    .value(sale.value())
                    .update();
            return changed == 1 ? "" : "the sale was never created here";
        }
    }

    // --- orders -----------------------------------------------------------------------------------------------------

    private void begin(OrderBook book) throws SQLException {
        List<Row> rows = book.rows(true);
        if (rows.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(BEGIN)) {
            int begun = new Columns<>(connection, statement, rows)
                    .texts(row -> row.first().subject())
                    .texts(row -> row.first().buyer())
                    .numbers(row -> (long) row.first().quantity())
                    .numbers(row -> ofReserved(row, "amount_minor"))
                    .texts(row -> row.last().status().name())
                    .numbers(row -> ofReserved(row, "at_ms"))
                    .numbers(row -> row.number("due_ms"))
                    .numbers(Row::endedMs)
                    .texts(row -> row.text("payment"))
                    .texts(row -> row.text("succeeds"))
                    .numbers(Row::refunded)
                    .numbers(row -> row.last().place().epoch())
                    .numbers(row -> row.last().place().seq())
                    .value(sale.value())
                    .update();
            if (begun < rows.size()) {
                keepAsideWhatIsNotThere(book, rows);
            }
        }
    }

    private void goOn(OrderBook book) throws SQLException {
        List<Row> rows = book.rows(false);
        if (rows.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(GO_ON)) {
            int gone = new Columns<>(connection, statement, rows)
                    .texts(row -> row.first().subject())
                    .texts(row -> row.first().buyer())
                    .numbers(row -> row.first().needs())
                    .texts(row -> row.first().after().name())
                    .texts(row -> row.last().status().name())
                    .numbers(row -> row.number("due_ms"))
                    .numbers(Row::endedMs)
                    .texts(row -> row.text("payment"))
                    .numbers(Row::refunded)
                    .numbers(row -> row.last().place().epoch())
                    .numbers(row -> row.last().place().seq())
                    .value(sale.value())
                    .update();
            if (gone < rows.size()) {
                keepAsideWhatIsNotThere(book, rows);
            }
        }
    }

    private record Order(String status, Place place) {}

    /** Of these, those that the table does not have as they are, nor had them and went on. */
    private void keepAsideWhatIsNotThere(OrderBook book, List<Row> rows) throws SQLException {
        Map<String, Order> found = find(rows);
        for (Row row : rows) {
            Order order = found.get(row.first().subject());
            if (order == null) {
                book.keepAside(row, row.isNew() ? "the sale was never created here" : "has no order");
            } else if (order.place.isBefore(row.last().place())) {
                book.keepAside(
                        row,
                        "does not fit the order, which is " + order.status + " since " + order.place
                                + ", or its buyer or quantity");
            }
        }
    }

    private Map<String, Order> find(List<Row> rows) throws SQLException {
        Map<String, Order> found = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(FOUND)) {
            new Columns<>(connection, statement, rows).value(sale.value()).texts(row -> row.first()
                    .subject());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.put(row.getString(1), new Order(row.getString(2), new Place(row.getLong(3), row.getLong(4))));
                }
            }
        }
        return found;
    }

    /** A field of the movement that reserved it; null if none did. */
    private static Long ofReserved(Row row, String field) {
        return row.first().quantity() == 0
                ? null
                : (Long) row.first().movement().number(field);
    }

    // --- kept aside -------------------------------------------------------------------------------------------------

    /** Those of the steps' subjects that have something kept aside. */
    Set<String> blocked(List<Step> steps) throws SQLException {
        Set<String> blocked = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT DISTINCT reservation FROM kept_aside WHERE sale = ? AND reservation = ANY (?)")) {
            new Columns<>(connection, statement, steps).value(sale.value()).texts(step -> new Aside(step, "")
                    .subject());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    blocked.add(row.getString(1));
                }
            }
        }
        return blocked;
    }

    /** Gives how many were not there yet. */
    int keepAside(List<Aside> asides) throws SQLException {
        if (asides.isEmpty()) {
            return 0;
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                INSERT INTO kept_aside (sale, epoch, seq, reservation, reason)
                SELECT ?, n.* FROM unnest(?, ?, ?, ?) AS n (epoch, seq, reservation, reason)
                ON CONFLICT DO NOTHING""")) {
            return new Columns<>(connection, statement, asides)
                    .value(sale.value())
                    .numbers(aside -> aside.step().place().epoch())
                    .numbers(aside -> aside.step().place().seq())
                    .texts(Aside::subject)
                    .texts(Aside::reason)
                    .update();
        }
    }

    /** A step that is kept aside; none if its movement, as this version reads it, has no such step. */
    record Kept(KeptPlace place, Optional<Step> step) {}

    /** Some of what is kept aside of the sale, in its order, after that place. */
    List<Kept> keptAside(KeptPlace after, int most) throws SQLException {
        List<Kept> kept = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT k.epoch, k.seq, k.reservation, m.body FROM kept_aside k JOIN movements m USING (sale, epoch, seq)
                WHERE k.sale = ? AND (k.epoch, k.seq, k.reservation) > (?, ?, ?)
                ORDER BY k.epoch, k.seq, k.reservation LIMIT ?""")) {
            new Columns<>(connection, statement, List.of())
                    .value(sale.value())
                    .value(after.place().epoch())
                    .value(after.place().seq())
                    .value(after.subject())
                    .value(most);
            try (ResultSet row = statement.executeQuery()) {
                Place at = Place.BEGIN;
                Map<String, Step> steps = Map.of();
                while (row.next()) {
                    Place next = new Place(row.getLong(1), row.getLong(2));
                    if (!next.equals(at)) {
                        at = next;
                        // Read once for all of it that is kept aside: the transaction is open meanwhile.
                        steps = steps(MovementJson.movement(at, row.getString(4)));
                    }
                    String subject = row.getString(3);
                    kept.add(new Kept(new KeptPlace(at, subject), Optional.ofNullable(steps.get(subject))));
                }
            }
        }
        return kept;
    }

    private static Map<String, Step> steps(Movement movement) {
        Map<String, Step> steps = new HashMap<>();
        Step.of(movement).forEach(step -> steps.putIfAbsent(new Aside(step, "").subject(), step));
        return steps;
    }

    /** Those of the subjects that have something kept aside up to that place. */
    Set<String> blockedUpTo(KeptPlace place, List<Kept> kept) throws SQLException {
        Set<String> blocked = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT DISTINCT reservation FROM kept_aside
                WHERE sale = ? AND (epoch, seq, reservation) <= (?, ?, ?) AND reservation = ANY (?)""")) {
            Columns<Kept> columns = new Columns<>(connection, statement, kept);
            columns.value(sale.value())
                    .value(place.place().epoch())
                    .value(place.place().seq())
                    .value(place.subject());
            columns.texts(each -> each.place().subject());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    blocked.add(row.getString(1));
                }
            }
        }
        return blocked;
    }

    /** Keeps nothing of these reservations aside any longer; gives how many steps were. */
    int takeUp(List<String> reservations) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("DELETE FROM kept_aside WHERE sale = ? AND reservation = ANY (?)")) {
            return new Columns<>(connection, statement, reservations)
                    .value(sale.value())
                    .texts(each -> each)
                    .update();
        }
    }

    /** Keeps it aside no longer; false if it was not. */
    boolean takeUp(Step step) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "DELETE FROM kept_aside WHERE sale = ? AND epoch = ? AND seq = ? AND reservation = ?")) {
            return new Columns<>(connection, statement, List.of())
                            .value(sale.value())
                            .value(step.place().epoch())
                            .value(step.place().seq())
                            .value(new Aside(step, "").subject())
                            .update()
                    == 1;
        }
    }
}
