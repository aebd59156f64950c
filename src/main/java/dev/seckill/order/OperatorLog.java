package dev.seckill.order;

import dev.seckill.database.Columns;
import dev.seckill.ledger.Movement;
import dev.seckill.trade.Operator;
import dev.seckill.trade.SaleId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The log of what operators did, within a transaction of whoever calls. Nothing in a movement can make it fail. */
public final class OperatorLog {
    /** A detail that no script wrote may be of any length. */
    private static final int LONGEST_DETAIL = 200;

    private OperatorLog() {}

    /** What operators did by these movements. One that names no operator is of an older node, or of a tool. */
    static void write(Connection connection, SaleId sale, List<Movement> movements) throws SQLException {
        List<Movement> theirs = movements.stream()
                .filter(movement -> !operator(movement).isNobody())
                .toList();
        if (theirs.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                INSERT INTO operator_actions (at, operator, action, sale, detail, epoch, seq)
                SELECT coalesce(to_timestamp(n.at_ms / 1000.0), clock_timestamp()), n.operator, n.action, ?,
                    n.detail, n.epoch, n.seq
                FROM unnest(?, ?, ?, ?, ?, ?) AS n (at_ms, operator, action, detail, epoch, seq)
                ORDER BY n.epoch, n.seq ON CONFLICT DO NOTHING""")) {
            new Columns<>(connection, statement, theirs)
                    .value(sale.value())
                    .numbers(Step::atMs)
                    .texts(movement -> operator(movement).name())
                    .texts(OperatorLog::action)
                    .texts(OperatorLog::detail)
                    .numbers(Movement::epoch)
                    .numbers(Movement::seq)
                    .update();
        }
    }

    private static Operator operator(Movement movement) {
        return new Operator(movement.fields().getOrDefault("operator", ""));
    }

    private static String action(Movement movement) {
        return switch (movement.kind()) {
            case "CREATED" -> "CREATE_SALE";
            case "STATE_CHANGED" -> "CHANGE_STATE";
            case "CAPACITY_ADDED" -> "ADD_CAPACITY";
            case "REFUNDED" -> "REFUND_PAYMENT";
            case "REFUND_DUE" -> "REJECT_PAYMENT";
            case "HELD_BACK" -> "REBUILD";
            default -> "OTHER";
        };
    }

    private static String detail(Movement movement) {
        String detail =
                switch (movement.kind()) {
                    case "CREATED" -> movement.fields().get("quantity") + " tickets";
                    case "STATE_CHANGED" -> movement.fields().getOrDefault("state", "");
                    case "CAPACITY_ADDED" -> "+" + movement.fields().get("quantity") + " tickets";
                    case "REFUNDED" ->
                        payment(movement) + ", " + movement.fields().get("left") + " tickets left: "
                                + movement.fields().get("reason");
                    case "REFUND_DUE" -> payment(movement);
                    case "HELD_BACK" -> movement.fields().get("owed") + " tickets held back";
                    default -> movement.kind();
                };
        return detail.substring(0, Math.min(detail.length(), LONGEST_DETAIL)).replace('\0', '?');
    }

    private static String payment(Movement movement) {
        return "payment " + movement.fields().get("payment");
    }

    /** Newest first. */
    static Listing<OperatorAction> list(
            Connection connection,
            Optional<SaleId> sale,
            Optional<Operator> operator,
            int limit,
            Optional<String> after)
            throws SQLException {
        // An operator's on a sale are looked for among those on the sale, which are few.
        String sql = "SELECT id, at, operator, action, sale, detail FROM operator_actions WHERE id < ?"
                + (sale.isPresent() ? " AND sale = ?" : "")
                + (operator.isPresent() ? " AND operator = ?" : "")
                + " ORDER BY id DESC LIMIT ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            Columns<?> columns = new Columns<>(connection, statement, List.of());
            columns.value(
                    Cursor.read(after, 1, parts -> Long.parseLong(parts[0])).orElse(Long.MAX_VALUE));
            if (sale.isPresent()) {
                columns.value(sale.get().value());
            }
            if (operator.isPresent()) {
                columns.value(operator.get().name());
            }
            columns.value(limit + 1);
            List<OperatorAction> actions = new ArrayList<>();
            long last = 0;
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    if (actions.size() == limit) {
                        return new Listing<>(actions, Optional.of(Cursor.of(last)));
                    }
                    last = row.getLong("id");
                    actions.add(new OperatorAction(
                            row.getObject("at", OffsetDateTime.class).toInstant(),
                            row.getString("operator"),
                            row.getString("action"),
                            Optional.ofNullable(row.getString("sale")),
                            row.getString("detail")));
                }
            }
            return new Listing<>(actions, Optional.empty());
        }
    }

    /** What an operator did, or is about to do, otherwise than by a movement. */
    public static void note(Connection connection, SaleId sale, Operator operator, String action, String detail)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "INSERT INTO operator_actions (operator, action, sale, detail) VALUES (?, ?, ?, ?)")) {
            new Columns<>(connection, statement, List.of())
                    .value(operator.name())
                    .value(action)
                    .value(sale.value())
                    .value(detail)
                    .update();
        }
    }
}
