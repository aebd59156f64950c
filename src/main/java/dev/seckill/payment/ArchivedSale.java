package dev.seckill.payment;

import dev.seckill.order.OperatorLog;
import dev.seckill.trade.Operator;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Decides, in the ledger's place, payments of a sale that has left it. All that the ledger ever decided is written by then, and of
 * what had succeeded nothing was undecided: so what no order tells of has bought nothing, and never will.
 */
final class ArchivedSale {
    private static final String WRITTEN = """
            SELECT o.reservation, r.reason FROM sales s LEFT JOIN orders o ON o.payment = ? LEFT JOIN refunds r ON r.refund = ?
            WHERE s.sale = ? AND s.state = 'ARCHIVED'""";

    private ArchivedSale() {}

    /** Empty if the sale is not archived, as far as the database knows. */
    static Optional<Verdict> decide(Connection connection, Payment payment, Operator rejecting) throws SQLException {
        String sale = payment.reservation().sale().value();
        String id = payment.id().code();
        try (PreparedStatement statement = PaymentRows.prepare(connection, WRITTEN, id, id, sale);
                ResultSet row = statement.executeQuery()) {
            if (!row.next()) {
                return Optional.empty();
            }
            if (row.getString(1) != null) {
                return Optional.of(Verdict.bought(row.getString(1)));
            }
            if (row.getString(2) != null) {
                return Optional.of(Verdict.refundDue(row.getString(2)));
            }
        }
        String reason = rejecting.isNobody() ? "ARCHIVED" : "REJECTED";
        RefundRows.giveBack(connection, payment, reason, rejecting);
        if (!rejecting.isNobody()) {
            OperatorLog.note(
                    connection, payment.reservation().sale(), rejecting, "REJECT_PAYMENT", "payment " + payment.id());
        }
        return Optional.of(Verdict.refundDue(reason));
    }
}
