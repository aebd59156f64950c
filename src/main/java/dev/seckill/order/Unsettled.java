package dev.seckill.order;

import dev.seckill.database.Columns;
import dev.seckill.trade.SaleId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * Money of a sale of which something is still to be done.
 *
 * @param undecided payments that succeeded and of which nobody has written what they bought
 * @param due refunds that are not done; those that are stuck need an operator and their provider, but no ledger
 */
record Unsettled(long undecided, long due) {
    static Unsettled read(Connection connection, SaleId sale) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT (SELECT count(*) FROM payments WHERE sale = ? AND status = 'SUCCEEDED' AND decision IS NULL),
                    (SELECT count(*) FROM refunds WHERE state = 'DUE' AND sale = ?)""")) {
            new Columns<>(connection, statement, List.of()).value(sale.value()).value(sale.value());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Unsettled(row.getLong(1), row.getLong(2));
            }
        }
    }

    boolean isAny() {
        return undecided + due > 0;
    }

    @Override
    public String toString() {
        return undecided + " payments are not decided, " + due + " refunds are not done";
    }
}
