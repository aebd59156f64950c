package dev.seckill.payment;

import dev.seckill.database.Database;
import dev.seckill.ledger.Extended;
import dev.seckill.ledger.Ledger;
import dev.seckill.payment.PaymentRefused.Reason;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.Sale;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Where a buyer begins to pay. Each step may be the last before a crash: the same request again goes on from there. */
final class Till {
    private static final Logger LOG = Logger.getLogger(Till.class.getName());

    private final Database database;
    private final Ledger ledger;
    private final PaymentProvider provider;
    private final Settlement settlement;
    private final String returnTo;

    Till(Database database, Ledger ledger, PaymentProvider provider, Settlement settlement, String returnTo) {
        this.database = database;
        this.ledger = ledger;
        this.provider = provider;
        this.settlement = settlement;
        this.returnTo = returnTo;
    }

    /** A payment that was begun, and whether it was begun just now. */
    record Begun(Payment payment, boolean isNew) {}

    /** What costs nothing is paid at once, and the provider hears nothing of it. */
    Begun start(ReservationId id, BuyerId buyer, PaymentId name, Sale sale) {
        Reservation reservation = own(id, buyer);
        Optional<Payment> known = find(name);
        if (known.isEmpty()) {
            begin(reservation, name, sale);
        } else if (known.get().payAt().isPresent() || known.get().status() != Payment.Status.STARTED) {
            return new Begun(known.get(), false);
        }
        Amount amount = Amount.of(sale.price(), reservation.quantity());
        if (amount.isNothing()) {
            settlement.hear(name, Said.succeeded(amount));
            return new Begun(find(name).orElseThrow(), known.isEmpty());
        }
        Instant until = extend(id, buyer, name);
        PaymentProvider.Opened opened =
                open(name, amount, reservation.quantity() + " × " + sale.name(), returnTo + id, until);
        Payment payment = database.transact(connection -> {
            PaymentRows.open(connection, name, opened, until);
            return PaymentRows.find(connection, name).orElseThrow();
        });
        return new Begun(payment, known.isEmpty());
    }

    private PaymentProvider.Opened open(PaymentId name, Amount amount, String what, String back, Instant until) {
        try {
            return provider.start(name, amount, what, back, until);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "The payment provider opens no page: {0}", e.toString());
            throw new PaymentsAway(PaymentsAway.Reason.AWAY, e.toString());
        }
    }

    /** The buyer's payments of a reservation, newest first, also when its sale has left the ledger. */
    List<Payment> payments(ReservationId id, BuyerId buyer) {
        List<Payment> found = database.transact(connection -> PaymentRows.of(connection, id, buyer));
        if (found.isEmpty()) {
            throw new PaymentRefused(Reason.NO_PAYMENT);
        }
        return found;
    }

    private Reservation own(ReservationId id, BuyerId buyer) {
        Reservation found = Settlement.await(ledger.find(id, 0)).reservation();
        if (found == null || !found.buyer().equals(buyer)) {
            throw new PaymentRefused(Reason.NO_RESERVATION);
        }
        return found;
    }

    private Optional<Payment> find(PaymentId name) {
        return database.transact(connection -> PaymentRows.find(connection, name));
    }

    private void begin(Reservation reservation, PaymentId name, Sale sale) {
        if (reservation.status() != ReservationStatus.RESERVED) {
            throw new PaymentRefused(Reason.ENDED);
        }
        Amount amount = Amount.of(sale.price(), reservation.quantity());
        if (!database.transact(connection -> PaymentRows.begin(connection, name, reservation, amount))) {
            throw new PaymentRefused(Reason.TOO_MANY_PAYMENTS);
        }
    }

    /** Until when it can be paid. */
    private Instant extend(ReservationId id, BuyerId buyer, PaymentId name) {
        Extended extended = Settlement.await(ledger.extend(id, buyer));
        return switch (extended.result()) {
            case EXTENDED, ALREADY_EXTENDED ->
                Instant.ofEpochMilli(extended.reservation().dueMs());
            case ALREADY_ENDED -> {
                database.transact(connection -> PaymentRows.giveUp(connection, name));
                throw new PaymentRefused(Reason.ENDED);
            }
            case NOT_FOUND -> throw new PaymentRefused(Reason.NO_RESERVATION);
        };
    }
}
