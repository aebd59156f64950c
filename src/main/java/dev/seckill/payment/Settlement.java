package dev.seckill.payment;

import dev.seckill.database.Database;
import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.SaleRefused;
import dev.seckill.trade.Operator;
import dev.seckill.trade.PaymentId;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Acts upon what the provider says: it is kept, the ledger decides, the decision is kept, and only then the provider hears that it
 * was received. Whatever fails leaves a row that the timer, or the provider's next call, goes on from; the ledger's decision is the
 * same however often it is asked.
 */
final class Settlement {
    /** Longer than the ledger takes to give up by itself. */
    private static final long LEDGER_PATIENCE_S = 10;

    private final Database database;
    private final Ledger ledger;
    private final Consumer<Payments.Outcome> outcomes;

    Settlement(Database database, Ledger ledger, Consumer<Payments.Outcome> outcomes) {
        this.database = database;
        this.ledger = ledger;
        this.outcomes = outcomes;
    }

    /** False if there is no such payment. */
    boolean hear(PaymentEvent event) {
        Optional<PaymentRows.Heard> heard = database.transact(connection -> {
            Optional<Payment> payment = PaymentRows.find(connection, event.payment());
            boolean isNew = payment.isPresent() && !PaymentRows.keep(connection, event);
            return isNew
                    ? PaymentRows.hear(connection, event.payment(), event.said())
                    : payment.map(found -> new PaymentRows.Heard(found.status(), found));
        });
        heard.ifPresent(this::act);
        heard.ifPresent(payment -> database.transact(connection -> PaymentRows.done(connection, event)));
        return heard.isPresent();
    }

    /** Of a payment that there is. */
    void hear(PaymentId id, Said said) {
        database.transact(connection -> PaymentRows.hear(connection, id, said)).ifPresent(this::act);
    }

    private void act(PaymentRows.Heard heard) {
        if (heard.isDeclined()) {
            outcomes.accept(Payments.Outcome.DECLINED);
        }
        if (heard.payment().isToBeDecided()) {
            decide(heard.payment());
        }
    }

    void decide(PaymentId id) {
        database.transact(connection -> PaymentRows.find(connection, id))
                .filter(Payment::isToBeDecided)
                .ifPresent(this::decide);
    }

    private void decide(Payment payment) {
        decide(payment, Operator.NOBODY);
    }

    /** Has it buy nothing, unless it has bought something. */
    void reject(Payment payment, Operator operator) {
        decide(payment, operator);
    }

    private void decide(Payment payment, Operator rejecting) {
        Verdict verdict = verdict(payment, rejecting);
        if (database.transact(connection -> PaymentRows.decide(connection, payment.id(), verdict))) {
            outcomes.accept(verdict.outcome());
        }
    }

    private Verdict verdict(Payment payment, Operator rejecting) {
        try {
            return Verdict.of(await(
                    rejecting.isNobody()
                            ? ledger.confirm(payment.id(), payment.reservation())
                            : ledger.reject(payment.id(), payment.reservation(), rejecting)));
        } catch (SaleRefused e) {
            if (e.reason() != SaleRefused.Reason.NO_SALE) {
                throw e;
            }
            return database.transact(connection -> ArchivedSale.decide(connection, payment, rejecting))
                    .orElseThrow(() -> e);
        }
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(LEDGER_PATIENCE_S, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException fault ? fault : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("the ledger never answered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
