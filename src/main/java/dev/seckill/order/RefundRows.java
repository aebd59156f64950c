package dev.seckill.order;

import dev.seckill.database.Columns;
import dev.seckill.trade.SaleId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes down the money that a sale's movements say is due back, within the transaction that keeps these movements: so that each
 * is given back once, by whoever reads the table.
 */
final class RefundRows {
    /** What tickets cost that were paid for and given back. */
    private static final String OF_TICKETS = """
            INSERT INTO refunds (refund, payment, sale, reservation, tickets, amount_minor, currency, reason, operator, due_at,
                state, epoch, seq)
            SELECT n.refund, n.payment, o.sale, o.reservation, n.tickets, n.tickets * o.amount_minor, o.currency, n.reason,
                n.operator, to_timestamp(n.at_ms / 1000.0), 'DUE', n.epoch, n.seq
            FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?) AS n (refund, payment, reservation, tickets, reason, operator, at_ms, epoch, seq)
            JOIN orders o ON o.sale = ? AND o.reservation = n.reservation
            ON CONFLICT (refund) DO NOTHING""";

    /** All of a payment that bought nothing; its refund has its id. */
    private static final String OF_PAYMENT = """
            INSERT INTO refunds (refund, payment, sale, reservation, tickets, amount_minor, currency, reason, operator, due_at,
                state, epoch, seq)
            SELECT n.refund, n.payment, p.sale, p.reservation, n.tickets, coalesce(p.taken_minor, p.amount_minor),
                coalesce(p.taken_currency, p.currency), n.reason,
                n.operator, to_timestamp(n.at_ms / 1000.0), 'DUE', n.epoch, n.seq
            FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?) AS n (refund, payment, reservation, tickets, reason, operator, at_ms, epoch, seq)
            JOIN payments p ON p.payment = n.payment AND p.sale = ? AND p.reservation = n.reservation
            ON CONFLICT (refund) DO NOTHING""";

    private final Connection connection;
    private final SaleId sale;

    RefundRows(Connection connection, SaleId sale) {
        this.connection = connection;
        this.sale = sale;
    }

    /** Writes what these owe back; gives those that could not be. */
    List<Step> write(List<Step> owing) throws SQLException {
        insert(OF_TICKETS, owing.stream().filter(Step::isRefund).toList());
        insert(OF_PAYMENT, owing.stream().filter(step -> !step.isRefund()).toList());
        Set<String> written = written(owing);
        return owing.stream().filter(step -> !written.contains(refund(step))).toList();
    }

    private static String refund(Step step) {
        return field(step, step.isRefund() ? "refund" : "payment");
    }

    private static String field(Step step, String name) {
        return step.movement().fields().getOrDefault(name, "").replace('\0', '?');
    }

    private void insert(String sql, List<Step> owing) throws SQLException {
        if (owing.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            new Columns<>(connection, statement, owing)
                    .texts(RefundRows::refund)
                    .texts(step -> field(step, "payment"))
                    .texts(Step::subject)
                    .numbers(step -> (long) step.quantity())
                    .texts(step -> field(step, "reason"))
                    .texts(step -> field(step, "operator").isEmpty() ? null : field(step, "operator"))
                    .numbers(step -> step.movement().atMs())
                    .numbers(step -> step.place().epoch())
                    .numbers(step -> step.place().seq())
                    .value(sale.value())
                    .update();
        }
    }

    private Set<String> written(List<Step> owing) throws SQLException {
        Set<String> written = new HashSet<>();
        if (owing.isEmpty()) {
            return written;
        }
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT refund FROM refunds WHERE refund = ANY (?)")) {
            new Columns<>(connection, statement, owing).texts(RefundRows::refund);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    written.add(row.getString(1));
                }
            }
        }
        return written;
    }
}
