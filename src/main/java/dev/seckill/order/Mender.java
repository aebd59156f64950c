package dev.seckill.order;

import dev.seckill.database.Columns;
import dev.seckill.database.Database;
import dev.seckill.database.RowRefused;
import dev.seckill.ledger.Movement;
import dev.seckill.order.Sums.Unclear;
import dev.seckill.trade.Place;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Rewrites orders that are not what the database's own movements make of them, as when somebody has changed or deleted a row by
 * hand.
 *
 * <p>Only an order whose whole story can be read and written is: one with a step that this version does not know, or that makes no
 * sense, stays as it is. What was kept aside of the others is so no longer.
 *
 * <p>Movements have no index by reservation, because only this would use it: a sale's movements are read once for all of its
 * wrong orders together, in pages, which takes some seconds for each million reservations. Most of it is read before the sale's
 * progress is held; the writer waits for the rest alone.
 */
final class Mender {
    private static final Logger LOG = Logger.getLogger(Mender.class.getName());

    /** About 8 MB of JSON, if each has a whole batch. */
    private static final int PAGE = 500;

    private final Database database;

    Mender(Database database) {
        this.database = database;
    }

    /** What the database's movements add up to, up to that place, where one of them must stand. */
    Sums sums(SaleId sale, Place place) {
        Sums sums = Sums.NOTHING;
        while (sums.place().isBefore(place)) {
            List<Movement> page = page(sale, sums.place());
            page.removeIf(movement -> place.isBefore(movement.place()));
            if (page.isEmpty()) {
                throw new Unclear("the database has no movement after " + sums.place());
            }
            sums = sums.after(page);
        }
        return sums;
    }

    /** Reservations whose orders are missing, or are not what the movements up to that place make of them; so many at most. */
    Set<String> wrong(SaleId sale, Place place, int most) {
        Set<String> wrong = new LinkedHashSet<>();
        List<Movement> page = page(sale, Place.BEGIN);
        while (!page.isEmpty() && wrong.size() < most) {
            List<Step> steps = steps(page);
            steps.removeIf(step -> place.isBefore(step.place()));
            Map<String, Row> rows = database.transact(connection -> rows(connection, sale, subjects(steps)));
            for (Step step : steps) {
                Row row = rows.get(step.subject());
                if (row == null || !row.fits(step)) {
                    wrong.add(step.subject());
                }
            }
            page = page(sale, page.get(page.size() - 1).place());
        }
        return wrong;
    }

    /** Rewrites the orders of these reservations where they are wrong; gives how many it has. */
    int mend(SaleId sale, Set<String> reservations) {
        if (reservations.isEmpty()) {
            return 0;
        }
        try {
            Story story = new Story(sale, reservations);
            while (story.readOn(page(sale, story.place))) {
                // a page at a time, without holding up anybody
            }
            return database.transact(story::tellAgain);
        } catch (RowRefused e) {
            LOG.log(Level.WARNING, "Orders of sale {0} cannot be rewritten: {1}", new Object[] {sale, e.getMessage()});
            return 0;
        }
    }

    private List<Movement> page(SaleId sale, Place after) {
        return database.transact(connection -> movements(connection, sale, after));
    }

    private List<Movement> movements(Connection connection, SaleId sale, Place after) throws SQLException {
        return new WrittenSale(database, sale).movementsAfter(connection, after, PAGE);
    }

    private static List<Step> steps(List<Movement> movements) {
        List<Step> steps = new ArrayList<>();
        for (Movement movement : movements) {
            Step.of(movement).stream()
                    .filter(step -> step.isOfOrder() && step.problem().isEmpty())
                    .forEach(steps::add);
        }
        return steps;
    }

    private static List<String> subjects(List<Step> steps) {
        return steps.stream().map(Step::subject).distinct().toList();
    }

    /** What happened to some reservations, in its order. */
    private final class Story {
        private final SaleId sale;
        private final Set<String> reservations;
        private final Map<String, List<Step>> stories = new LinkedHashMap<>();
        private Place place = Place.BEGIN;

        Story(SaleId sale, Set<String> reservations) {
            this.sale = sale;
            this.reservations = Set.copyOf(reservations);
        }

        /** False at the end. */
        boolean readOn(List<Movement> page) {
            for (Movement movement : page) {
                if (movement.seq() != place.seq() + 1) {
                    throw new Unclear("the database has no movement after " + place);
                }
                place = movement.place();
                for (Step step : Step.of(movement)) {
                    if (reservations.contains(step.subject())) {
                        stories.computeIfAbsent(step.subject(), subject -> new ArrayList<>())
                                .add(step);
                    }
                }
            }
            return !page.isEmpty();
        }

        /** Writes them anew as a writer would, and notes what was and is. */
        int tellAgain(Connection connection) throws SQLException {
            Place progress = new WrittenSale(database, sale).progress(connection, "FOR UPDATE");
            while (readOn(movements(connection, sale, place))) {
                // little: what was written since
            }
            if (!place.equals(progress)) {
                throw new Unclear("the database has no movement after " + place);
            }
            stories.values().removeIf(story -> story.stream()
                    .anyMatch(step -> !step.problem().isEmpty()));
            OrderRows orders = new OrderRows(connection, sale);
            Map<String, Row> before = rows(connection, sale, stories.keySet());
            List<String> told = new ArrayList<>();
            for (Map.Entry<String, List<Step>> each : stories.entrySet()) {
                if (tell(connection, orders, each.getKey(), each.getValue())) {
                    told.add(each.getKey());
                }
            }
            int takenUp = orders.takeUp(told);
            Map<String, Row> after = rows(connection, sale, told);
            List<String> changed = told.stream()
                    .filter(each -> !after.get(each).equals(before.get(each)))
                    .toList();
            if (changed.isEmpty() && takenUp == 0) {
                connection.rollback();
                return 0;
            }
            OrderWriter.count(connection, sale, -takenUp);
            note(connection, changed, before, after);
            return changed.size();
        }

        /** False if it cannot be: then its order is left as it is. */
        private boolean tell(Connection connection, OrderRows orders, String reservation, List<Step> story)
                throws SQLException {
            Savepoint before = connection.setSavepoint();
            try {
                delete(connection, reservation);
                if (orders.write(story, Set.of()).isEmpty()) {
                    connection.releaseSavepoint(before);
                    return true;
                }
            } catch (SQLException e) {
                try {
                    throw RowRefused.sort(e);
                } catch (RowRefused refused) {
                    LOG.log(Level.FINE, "the order of " + reservation + " in sale " + sale, refused);
                }
            }
            connection.rollback(before);
            return false;
        }

        private void delete(Connection connection, String reservation) throws SQLException {
            try (PreparedStatement statement =
                    connection.prepareStatement("DELETE FROM orders WHERE sale = ? AND reservation = ?")) {
                new Columns<>(connection, statement, List.of())
                        .value(sale.value())
                        .value(reservation)
                        .update();
            }
        }

        private void note(Connection connection, List<String> changed, Map<String, Row> before, Map<String, Row> after)
                throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement("""
                    INSERT INTO operator_actions (operator, action, sale, detail)
                    SELECT 'reconciliation', 'CORRECT_ORDER', ?, n.detail FROM unnest(?) AS n (detail)""")) {
                new Columns<>(connection, statement, changed)
                        .value(sale.value())
                        .texts(each -> each + " was "
                                + (before.containsKey(each) ? before.get(each).text : "missing") + " and is "
                                + after.get(each).text)
                        .update();
            }
        }
    }

    /** An order, with all of its row as text. */
    private record Row(Place place, String status, int quantity, String buyer, String text) {
        /** Whether it can be so after that step, and later ones perhaps. */
        boolean fits(Step step) {
            boolean isLast = step.place().equals(place);
            boolean mayGoOn = step.begins()
                    || step.status() == ReservationStatus.RESERVED
                    || step.status() == ReservationStatus.PAID;
            return (step.isRefund() || quantity == step.quantity())
                    && buyer.equals(step.buyer())
                    && (isLast
                            ? status.equals(step.status().name())
                            : step.place().isBefore(place) && mayGoOn);
        }
    }

    private static Map<String, Row> rows(Connection connection, SaleId sale, Collection<String> reservations)
            throws SQLException {
        Map<String, Row> rows = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT reservation, epoch, seq, status, quantity, buyer, row_to_json(o) FROM orders o
                WHERE sale = ? AND reservation = ANY (?)""")) {
            new Columns<>(connection, statement, List.copyOf(reservations))
                    .value(sale.value())
                    .texts(each -> each);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    rows.put(
                            row.getString(1),
                            new Row(
                                    new Place(row.getLong(2), row.getLong(3)),
                                    row.getString(4),
                                    row.getInt(5),
                                    row.getString(6),
                                    row.getString(7)));
                }
            }
        }
        return rows;
    }
}
