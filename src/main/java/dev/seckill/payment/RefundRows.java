package dev.seckill.payment;

import dev.seckill.payment.Payment.Refund;
import dev.seckill.payment.Payment.State;
import dev.seckill.trade.Operator;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.RefundId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rows of refunds, within a transaction of whoever calls. */
final class RefundRows {
    /** Over about two hours; then an operator has to look. */
    static final int MOST_TRIES = 20;

    private RefundRows() {}

    /** One that has to be given back, by whom it was taken first. */
    record Due(RefundId id, PaymentId payment, Amount amount) {}

    static List<Refund> of(Connection connection, PaymentId payment) throws SQLException {
        try (PreparedStatement statement = PaymentRows.prepare(
                        connection,
                        "SELECT refund, tickets, amount_minor, reason, state, trouble FROM refunds WHERE payment = ? ORDER BY due_at, refund",
                        payment.code());
                ResultSet row = statement.executeQuery()) {
            List<Refund> found = new ArrayList<>();
            while (row.next()) {
                found.add(new Refund(
                        new RefundId(row.getString("refund")),
                        row.getInt("tickets"),
                        row.getLong("amount_minor"),
                        row.getString("reason"),
                        State.valueOf(row.getString("state")),
                        row.getString("trouble")));
            }
            return found;
        }
    }

    /**
     * Takes one that is due. Whoever dies with it leaves it to be taken again a moment later. No more goes back than was taken: an
     * operator may have accepted less than was due.
     */
    static Optional<Due> take(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                        UPDATE refunds r SET tries = tries + 1,
                            next_try_at = clock_timestamp() + least(interval '10 min', interval '5 s' * 2 ^ least(tries, 10))
                        WHERE refund = (SELECT refund FROM refunds WHERE state = 'DUE' AND next_try_at <= clock_timestamp()
                            ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
                        RETURNING refund, payment, currency, least(amount_minor, (
                            SELECT taken_minor - (SELECT coalesce(sum(amount_minor), 0) FROM refunds d
                                WHERE d.payment = r.payment AND d.state = 'DONE')
                            FROM payments p WHERE p.payment = r.payment)) AS due""");
                ResultSet row = statement.executeQuery()) {
            return row.next()
                    ? Optional.of(new Due(
                            new RefundId(row.getString("refund")),
                            new PaymentId(row.getString("payment")),
                            new Amount(Math.max(0, row.getLong("due")), row.getString("currency"))))
                    : Optional.empty();
        }
    }

    static int done(Connection connection, RefundId id) throws SQLException {
        return PaymentRows.update(
                connection,
                "UPDATE refunds SET state = 'DONE', done_at = clock_timestamp(), trouble = '' WHERE refund = ? AND state <> 'DONE'",
                id.code());
    }

    /** Notes what went wrong; one that is refused, or was tried so often, is left to an operator. */
    static int fail(Connection connection, RefundId id, String trouble, boolean isRefused) throws SQLException {
        return PaymentRows.update(connection, """
                UPDATE refunds SET trouble = left(?, 200), state = CASE WHEN ? OR tries >= ? THEN 'STUCK' ELSE state END
                WHERE refund = ? AND state = 'DUE'""", trouble, isRefused, MOST_TRIES, id.code());
    }

    /** All that is stuck of a payment is tried again; false if nothing is. */
    static boolean retry(Connection connection, PaymentId payment) throws SQLException {
        return PaymentRows.update(
                        connection,
                        "UPDATE refunds SET state = 'DUE', tries = 0, next_try_at = clock_timestamp() WHERE payment = ? AND state = 'STUCK'",
                        payment.code())
                > 0;
    }

    /** All that a payment took is due back, and nobody else says so: its sale was archived. */
    static int giveBack(Connection connection, Payment payment, String reason, Operator operator) throws SQLException {
        Amount taken = payment.taken().orElseThrow();
        return PaymentRows.update(
                connection,
                """
                INSERT INTO refunds (refund, payment, sale, reservation, tickets, amount_minor, currency, reason, operator)
                VALUES (?, ?, ?, ?, 0, ?, ?, ?, nullif(?, '')) ON CONFLICT (refund) DO NOTHING""",
                payment.id().code(),
                payment.id().code(),
                payment.reservation().sale().value(),
                payment.reservation().code(),
                taken.minor(),
                taken.currency(),
                reason,
                operator.name());
    }
}
