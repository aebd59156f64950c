package dev.seckill.payment;

import dev.seckill.database.Database;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.RefundId;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Optional;

/**
 * A provider of pretended money, for trials and tests: it has a page of its own, on which the card that is typed decides what
 * happens, and calls back as real ones do. It is in the database alone, so it is the same on all nodes and outlives them.
 */
final class SandboxProvider implements PaymentProvider {
    static final String PATH = "/sandbox/pay/";

    private static final int REFERENCE_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String SELECT = """
            SELECT payment, amount_minor, currency, what, return_to, pay_until, card, settles_at, clock_timestamp() AS now
            FROM sandbox_payments""";

    private final Database database;
    private final SandboxCalls calls;

    SandboxProvider(Database database, PaymentConfig config) {
        this.database = database;
        calls = new SandboxCalls(database, config);
    }

    /**
     * What its page shows.
     *
     * @param card that was typed last, if any was
     * @param settlesAt when that has an effect
     * @param now by the database's clock
     */
    record Bill(
            PaymentId payment,
            Amount amount,
            String what,
            String returnTo,
            Instant until,
            Optional<SandboxCard> card,
            Instant settlesAt,
            Instant now) {
        boolean isOpen() {
            return !now.isAfter(until) && card.filter(SandboxCard::succeeds).isEmpty();
        }

        boolean hasTaken() {
            return card.filter(SandboxCard::succeeds).isPresent() && !now.isBefore(settlesAt);
        }

        Amount taken() {
            return card.orElseThrow().takes(amount);
        }
    }

    @Override
    public Opened start(PaymentId payment, Amount amount, String what, String returnTo, Instant until) {
        byte[] random = new byte[REFERENCE_BYTES];
        RANDOM.nextBytes(random);
        String reference = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        return database.transact(connection -> {
            PaymentRows.update(
                    connection,
                    """
                    INSERT INTO sandbox_payments (payment, reference, amount_minor, currency, what, return_to, pay_until)
                    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (payment) DO NOTHING""",
                    payment.code(),
                    reference,
                    amount.minor(),
                    amount.currency(),
                    what,
                    returnTo,
                    PaymentRows.time(until));
            return opened(connection, payment);
        });
    }

    private static Opened opened(Connection connection, PaymentId payment) throws SQLException {
        try (PreparedStatement statement = PaymentRows.prepare(
                        connection, "SELECT reference FROM sandbox_payments WHERE payment = ?", payment.code());
                ResultSet row = statement.executeQuery()) {
            row.next();
            return new Opened(row.getString(1), PATH + row.getString(1));
        }
    }

    @Override
    public Said ask(PaymentId payment) {
        return database.transact(connection -> find(connection, "payment = ?", payment.code()))
                .map(SandboxProvider::said)
                .orElse(Said.UNKNOWN);
    }

    private static Said said(Bill bill) {
        if (bill.hasTaken()) {
            return Said.succeeded(bill.taken());
        }
        boolean isDeclined =
                bill.card.isEmpty() ? !bill.isOpen() : !bill.card.get().succeeds();
        return isDeclined ? Said.DECLINED : Said.PENDING;
    }

    @Override
    public RefundSaid refund(RefundId refund, PaymentId payment, Amount amount) {
        return database.transact(connection -> {
            Optional<Bill> bill = find(connection, "payment = ? FOR UPDATE", payment.code());
            if (bill.filter(Bill::hasTaken).isEmpty()) {
                return RefundSaid.REFUSED;
            }
            try (PreparedStatement statement = PaymentRows.prepare(
                            connection,
                            "SELECT coalesce(sum(amount_minor), 0), count(*) FILTER (WHERE refund = ?) FROM sandbox_refunds"
                                    + " WHERE payment = ?",
                            refund.code(),
                            payment.code());
                    ResultSet row = statement.executeQuery()) {
                row.next();
                if (row.getLong(2) > 0) {
                    return RefundSaid.DONE;
                }
                Amount taken = bill.get().taken();
                if (!amount.currency().equals(taken.currency()) || amount.minor() > taken.minor() - row.getLong(1)) {
                    return RefundSaid.REFUSED;
                }
            }
            PaymentRows.update(
                    connection,
                    "INSERT INTO sandbox_refunds (refund, payment, amount_minor) VALUES (?, ?, ?)",
                    refund.code(),
                    payment.code(),
                    amount.minor());
            return RefundSaid.DONE;
        });
    }

    @Override
    public boolean tend() {
        return calls.makeNext();
    }

    // --- its page ---------------------------------------------------------------------------------------------------

    Optional<Bill> bill(String reference) {
        return database.transact(connection -> find(connection, "reference = ?", reference));
    }

    /** Pays with a card; false if it is too late, or was paid. */
    boolean pay(String reference, SandboxCard card) {
        return database.transact(connection -> {
            Optional<Bill> bill = find(connection, "reference = ? FOR UPDATE", reference);
            if (bill.filter(Bill::isOpen).isEmpty()) {
                return false;
            }
            Instant settlesAt = card.settlesAt(bill.get().now, bill.get().until);
            PaymentRows.update(
                    connection,
                    "UPDATE sandbox_payments SET card = ?, succeeds = ?, settles_at = ? WHERE reference = ?",
                    card.name(),
                    card.succeeds(),
                    PaymentRows.time(settlesAt),
                    reference);
            for (SandboxCard.Call call : card.calls(settlesAt)) {
                calls.owe(connection, bill.get().payment, reference, card.takes(bill.get().amount), call);
            }
            return true;
        });
    }

    private static Optional<Bill> find(Connection connection, String where, String value) throws SQLException {
        try (PreparedStatement statement = PaymentRows.prepare(connection, SELECT + " WHERE " + where, value);
                ResultSet row = statement.executeQuery()) {
            if (!row.next()) {
                return Optional.empty();
            }
            return Optional.of(new Bill(
                    new PaymentId(row.getString("payment")),
                    new Amount(row.getLong("amount_minor"), row.getString("currency")),
                    row.getString("what"),
                    row.getString("return_to"),
                    instant(row, "pay_until"),
                    Optional.ofNullable(row.getString("card")).map(SandboxCard::valueOf),
                    instant(row, "settles_at"),
                    instant(row, "now")));
        }
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
