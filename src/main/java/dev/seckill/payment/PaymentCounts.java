package dev.seckill.payment;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * How payments stand, of all nodes together.
 *
 * @param undecided started or paid a minute ago or more, and nobody knows what of it
 * @param stuck that wait for an operator
 * @param refundsDue whose money has not gone back yet
 * @param refundsStuck that wait for an operator
 */
public record PaymentCounts(long undecided, long stuck, long refundsDue, long refundsStuck) {
    static final PaymentCounts NONE = new PaymentCounts(0, 0, 0, 0);

    /** Each by an index of what is not finished. */
    static PaymentCounts read(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                        SELECT (SELECT count(*) FROM payments WHERE next_try_at IS NOT NULL AND status <> 'DECLINED'
                                AND started_at < clock_timestamp() - interval '1 min'),
                            (SELECT count(*) FROM payments WHERE stuck),
                            (SELECT count(*) FROM refunds WHERE state = 'DUE'),
                            (SELECT count(*) FROM refunds WHERE state = 'STUCK')""");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return new PaymentCounts(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
        }
    }
}
