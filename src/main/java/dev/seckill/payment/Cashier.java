package dev.seckill.payment;

import dev.seckill.database.Database;
import dev.seckill.trade.PaymentId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What the timer does about payments, one at a time, as long as there is something to do: has decided what nobody has, asks about
 * what nobody called back about, gives back what is due. Any number may do so at once: each takes what no other has.
 */
final class Cashier {
    private static final Logger LOG = Logger.getLogger(Cashier.class.getName());

    private final Database database;
    private final PaymentProvider provider;
    private final Settlement settlement;

    Cashier(Database database, PaymentProvider provider, Settlement settlement) {
        this.database = database;
        this.provider = provider;
        this.settlement = settlement;
    }

    /** Works until there is nothing to do, or all that there is is away, or it is time to stop; one of each kind in turn. */
    void work(long endNanos) {
        List<BooleanSupplier> kinds =
                new ArrayList<>(List.of(this::decideNext, this::refundNext, this::askNext, provider::tend));
        do {
            kinds.removeIf(next -> !next.getAsBoolean());
        } while (!kinds.isEmpty() && System.nanoTime() - endNanos < 0);
    }

    private boolean decideNext() {
        Optional<PaymentId> taken = database.transact(PaymentRows::takeUndecided);
        return taken.isPresent() && tried(taken.get(), () -> settlement.decide(taken.get()));
    }

    private boolean askNext() {
        Optional<PaymentId> taken = database.transact(PaymentRows::takeOpen);
        return taken.isPresent() && tried(taken.get(), () -> settlement.hear(taken.get(), provider.ask(taken.get())));
    }

    /** False if it failed: whatever failed is away for the next one, too. */
    private boolean tried(PaymentId id, Runnable step) {
        try {
            step.run();
            return true;
        } catch (RuntimeException e) {
            LOG.log(Level.FINE, "payment " + id, e);
            database.transact(connection -> PaymentRows.fail(connection, id, e.toString()));
            return false;
        }
    }

    private boolean refundNext() {
        Optional<RefundRows.Due> taken = database.transact(RefundRows::take);
        return taken.isPresent() && refunded(taken.get());
    }

    private boolean refunded(RefundRows.Due due) {
        try {
            // of what was for nothing no provider knows
            switch (due.amount().isNothing()
                    ? PaymentProvider.RefundSaid.DONE
                    : provider.refund(due.id(), due.payment(), due.amount())) {
                case DONE -> done(due);
                case PENDING -> fail(due, "the provider has not given it back yet", false);
                case REFUSED -> fail(due, "the provider refuses it", true);
            }
            return true;
        } catch (RuntimeException e) {
            LOG.log(Level.FINE, "refund " + due.id(), e);
            fail(due, e.toString(), false);
            return false;
        }
    }

    private void done(RefundRows.Due due) {
        database.transact(connection -> RefundRows.done(connection, due.id()));
    }

    private void fail(RefundRows.Due due, String trouble, boolean isRefused) {
        if (isRefused) {
            LOG.log(Level.WARNING, "Refund {0} of payment {1}: {2}. An operator has to look.", new Object[] {
                due.id(), due.payment(), trouble
            });
        }
        database.transact(connection -> RefundRows.fail(connection, due.id(), trouble, isRefused));
    }
}
