package dev.seckill.payment;

import dev.seckill.database.Columns;
import dev.seckill.payment.Payment.Status;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rows of payments, within a transaction of whoever calls. */
final class PaymentRows {
    /** A buyer who gives up ten times does not pay the eleventh time; each is asked for at the provider. */
    static final int MOST_OF_A_RESERVATION = 10;

    /** So long after the buyer's time to pay a success is still asked for; a later one is heard of by a call back only. */
    private static final String IS_OVER = "clock_timestamp() > pay_until + interval '1 hour'";

    /** Without an answer from the ledger so often, over about an hour, an operator has to look. */
    static final int MOST_TRIES = 15;

    private static final String SELECT = """
            SELECT payment, number, sale, reservation, buyer, quantity, amount_minor, currency, status, pay_at, started_at,
                pay_until, taken_minor, taken_currency, bought, refund_reason, stuck, trouble
            FROM payments""";

    /** 5 s, 10 s, 20 s … 10 min: between two tries. */
    private static final String BACK_OFF =
            "clock_timestamp() + least(interval '10 min', interval '5 s' * 2 ^ least(tries, 10))";

    private PaymentRows() {}

    // --- looking ----------------------------------------------------------------------------------------------------

    static Optional<Payment> find(Connection connection, PaymentId id) throws SQLException {
        return list(connection, SELECT + " WHERE payment = ?", id.code()).stream()
                .findAny();
    }

    /** The same, and nobody changes it until the transaction ends. */
    private static Optional<Payment> lock(Connection connection, PaymentId id) throws SQLException {
        return list(connection, SELECT + " WHERE payment = ? FOR UPDATE", id.code()).stream()
                .findAny();
    }

    /** A buyer's of a reservation, newest first. */
    static List<Payment> of(Connection connection, ReservationId reservation, BuyerId buyer) throws SQLException {
        return list(
                connection,
                SELECT + " WHERE sale = ? AND reservation = ? AND buyer = ? ORDER BY number DESC",
                reservation.sale().value(),
                reservation.code(),
                buyer.value());
    }

    static List<Payment> list(Connection connection, PaymentQuery query, int limit) throws SQLException {
        return list(connection, SELECT + query.where() + " ORDER BY number DESC LIMIT " + limit, query.values());
    }

    private static List<Payment> list(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, values);
                ResultSet row = statement.executeQuery()) {
            List<Payment> found = new ArrayList<>();
            while (row.next()) {
                found.add(payment(connection, row));
            }
            return found;
        }
    }

    private static Payment payment(Connection connection, ResultSet row) throws SQLException {
        PaymentId id = new PaymentId(row.getString("payment"));
        SaleId sale = new SaleId(row.getString("sale"));
        String taken = row.getString("taken_currency");
        return new Payment(
                id,
                row.getLong("number"),
                new ReservationId(sale, row.getString("reservation")),
                new BuyerId(row.getString("buyer")),
                row.getInt("quantity"),
                new Amount(row.getLong("amount_minor"), row.getString("currency")),
                Status.valueOf(row.getString("status")),
                Optional.ofNullable(row.getString("pay_at")),
                row.getObject("started_at", OffsetDateTime.class).toInstant(),
                row.getObject("pay_until", OffsetDateTime.class).toInstant(),
                taken == null ? Optional.empty() : Optional.of(new Amount(row.getLong("taken_minor"), taken)),
                Optional.ofNullable(row.getString("bought")).map(code -> new ReservationId(sale, code)),
                Optional.ofNullable(row.getString("refund_reason")),
                row.getBoolean("stuck"),
                row.getString("trouble"),
                RefundRows.of(connection, id));
    }

    // --- starting ---------------------------------------------------------------------------------------------------

    /** Begins a payment; the same twice begins it once. False if its reservation has too many already. */
    static boolean begin(Connection connection, PaymentId id, Reservation reservation, Amount amount)
            throws SQLException {
        return find(connection, id).isPresent()
                || update(
                                connection,
                                """
                INSERT INTO payments (payment, sale, reservation, buyer, quantity, amount_minor, currency, pay_until, next_try_at)
                SELECT ?, ?, ?, ?, ?, ?, ?, ?, clock_timestamp() + interval '30 s'
                WHERE (SELECT count(*) FROM payments WHERE sale = ? AND reservation = ?) < ? ON CONFLICT (payment) DO NOTHING""",
                                id.code(),
                                reservation.id().sale().value(),
                                reservation.id().code(),
                                reservation.buyer().value(),
                                reservation.quantity(),
                                amount.minor(),
                                amount.currency(),
                                time(Instant.ofEpochMilli(reservation.dueMs())),
                                reservation.id().sale().value(),
                                reservation.id().code(),
                                MOST_OF_A_RESERVATION)
                        == 1
                || find(connection, id).isPresent();
    }

    /** The provider has opened a page for it. */
    static int open(Connection connection, PaymentId id, PaymentProvider.Opened opened, Instant until)
            throws SQLException {
        return update(
                connection,
                "UPDATE payments SET reference = ?, pay_at = ?, pay_until = ? WHERE payment = ?",
                opened.reference(),
                opened.payAt(),
                time(until),
                id.code());
    }

    /** Its reservation ended before the provider was asked for a page. */
    static int giveUp(Connection connection, PaymentId id) throws SQLException {
        return update(
                connection,
                "UPDATE payments SET status = 'DECLINED' WHERE payment = ? AND status = 'STARTED' AND reference IS NULL",
                id.code());
    }

    // --- hearing and deciding ---------------------------------------------------------------------------------------

    /** How a payment stood, and how it stands now. */
    record Heard(Status before, Payment payment) {
        boolean isDeclined() {
            return before == Status.STARTED && payment.status() == Status.DECLINED;
        }
    }

    /** Keeps what the provider says; empty if there is no such payment. */
    static Optional<Heard> hear(Connection connection, PaymentId id, Said said) throws SQLException {
        Optional<Payment> found = lock(connection, id);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Payment payment = found.get();
        boolean isOpen = payment.status() == Status.STARTED || payment.status() == Status.DECLINED;
        if (isOpen && said.result() == Said.Result.SUCCEEDED) {
            succeed(connection, payment, said.taken());
        } else if (isOpen && said.result() != Said.Result.PENDING) {
            decline(connection, id, said.result() == Said.Result.DECLINED);
        }
        return find(connection, id).map(now -> new Heard(payment.status(), now));
    }

    /** Not paid, for all that is known; past the time to ask for it, one that the provider has not heard of is none either. */
    private static void decline(Connection connection, PaymentId id, boolean isKnown) throws SQLException {
        String sql = "UPDATE payments SET status = 'DECLINED', trouble = '', next_try_at = CASE WHEN " + IS_OVER
                + " THEN NULL ELSE greatest(next_try_at, pay_until + interval '1 min') END WHERE payment = ? AND (? OR "
                + IS_OVER + ")";
        update(connection, sql, id.code(), isKnown);
    }

    private static void succeed(Connection connection, Payment payment, Amount taken) throws SQLException {
        boolean isAsDue = taken.equals(payment.amount());
        update(
                connection,
                "UPDATE payments SET status = 'SUCCEEDED', taken_minor = ?, taken_currency = ?, stuck = ?, trouble = ?, tries = 0,"
                        + " next_try_at = " + (isAsDue ? "clock_timestamp() + interval '2 s'" : "NULL")
                        + " WHERE payment = ?",
                taken.minor(),
                taken.currency(),
                !isAsDue,
                isAsDue ? "" : "the provider took " + taken + " instead of " + payment.amount(),
                payment.id().code());
    }

    /**
     * Keeps what was decided; false if that was kept already, or if the ledger that decided it is being rebuilt and may have lost
     * it: then it is decided again.
     */
    static boolean decide(Connection connection, PaymentId id, Verdict verdict) throws SQLException {
        return update(
                        connection,
                        """
                UPDATE payments SET decision = ?, bought = ?, refund_reason = ?, decided_at = clock_timestamp(), trouble = '',
                    stuck = false, next_try_at = NULL
                WHERE payment = ? AND status = 'SUCCEEDED' AND decision IS NULL
                    AND NOT EXISTS (SELECT FROM progress p WHERE p.sale = payments.sale AND p.fence > ?)""",
                        verdict.outcome().name(),
                        verdict.bought(),
                        verdict.refundReason(),
                        id.code(),
                        verdict.epoch())
                == 1;
    }

    // --- the timer's ------------------------------------------------------------------------------------------------

    /** Takes one that the ledger has to decide. Whoever dies with it leaves it to be taken again a moment later. */
    static Optional<PaymentId> takeUndecided(Connection connection) throws SQLException {
        return take(connection, "status = 'SUCCEEDED' AND decision IS NULL AND NOT stuck");
    }

    /** Takes one that the provider has to be asked about. */
    static Optional<PaymentId> takeOpen(Connection connection) throws SQLException {
        return take(connection, "status IN ('STARTED', 'DECLINED')");
    }

    private static Optional<PaymentId> take(Connection connection, String which) throws SQLException {
        String sql = "UPDATE payments SET tries = tries + 1, next_try_at = " + BACK_OFF
                + " WHERE payment = (SELECT payment FROM payments WHERE next_try_at <= clock_timestamp() AND " + which
                + " ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING payment";
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            return row.next() ? Optional.of(new PaymentId(row.getString(1))) : Optional.empty();
        }
    }

    /** Notes what went wrong; a success that nobody could decide so often is left to an operator. */
    static int fail(Connection connection, PaymentId id, String trouble) throws SQLException {
        return update(connection, """
                UPDATE payments SET trouble = left(?, 200),
                    stuck = status = 'SUCCEEDED' AND tries >= ?,
                    next_try_at = CASE WHEN status = 'SUCCEEDED' AND tries >= ? THEN NULL ELSE next_try_at END
                WHERE payment = ? AND decision IS NULL AND NOT stuck""", trouble, MOST_TRIES, MOST_TRIES, id.code());
    }

    // --- operators' -------------------------------------------------------------------------------------------------

    /** Goes on with one that is stuck: what the provider took is enough. False if it is not stuck. */
    static boolean accept(Connection connection, PaymentId id) throws SQLException {
        return update(connection, """
                        UPDATE payments SET stuck = false, tries = 0, next_try_at = clock_timestamp()
                        WHERE payment = ? AND stuck AND status = 'SUCCEEDED' AND decision IS NULL""", id.code()) == 1;
    }

    // --- events -----------------------------------------------------------------------------------------------------

    /** Keeps an event as it came; true if all that follows from it was done before. */
    static boolean keep(Connection connection, PaymentEvent event) throws SQLException {
        update(
                connection,
                "INSERT INTO payment_events (event, payment, said, body) VALUES (?, ?, ?, ?) ON CONFLICT (event) DO NOTHING",
                event.id(),
                event.payment().code(),
                event.said().result().name(),
                event.body());
        try (PreparedStatement statement = prepare(
                        connection, "SELECT done_at IS NOT NULL FROM payment_events WHERE event = ?", event.id());
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    static int done(Connection connection, PaymentEvent event) throws SQLException {
        return update(
                connection,
                "UPDATE payment_events SET done_at = clock_timestamp() WHERE event = ? AND done_at IS NULL",
                event.id());
    }

    // --- statements -------------------------------------------------------------------------------------------------

    static int update(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, values)) {
            return statement.executeUpdate();
        }
    }

    static PreparedStatement prepare(Connection connection, String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        Columns<?> columns = new Columns<>(connection, statement, List.of());
        for (Object value : values) {
            columns.value(value);
        }
        return statement;
    }

    static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
