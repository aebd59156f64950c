package dev.seckill.node;

import dev.seckill.cluster.Members;
import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.LedgerMetrics;
import dev.seckill.order.OrderConfig;
import dev.seckill.order.Orders;
import dev.seckill.payment.Payments;
import dev.seckill.purchase.PurchaseMetrics;
import dev.seckill.sale.Sales;
import dev.seckill.stock.Expiry;
import dev.seckill.stock.LocalStock;
import dev.seckill.stock.StockConfig;
import jakarta.annotation.PostConstruct;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.inject.Inject;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The timer: every second, on every node, looks after what is due.
 *
 * <p>Not persistent, because a persistent timer of this server dies at a failover; every step is bounded, may run on all
 * nodes at once, and may be missed. A tick still running when the next is due delays it.
 */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class Timekeeper {
    private static final Logger LOG = Logger.getLogger(Timekeeper.class.getName());

    @Inject
    Ledger ledger;

    @Inject
    Sales sales;

    @Inject
    LocalStock localStock;

    @Inject
    Expiry expiry;

    @Inject
    Orders orders;

    @Inject
    Payments payments;

    @Inject
    Drain drain;

    @Inject
    Members members;

    @Inject
    StockConfig stockConfig;

    @Inject
    OrderConfig orderConfig;

    @Inject
    StockMetrics metrics;

    @Inject
    LedgerMetrics ledgerMetrics;

    @Inject
    PurchaseMetrics purchaseMetrics;

    @Inject
    OrderMetrics orderMetrics;

    @Inject
    PaymentMetrics paymentMetrics;

    @PostConstruct
    void lookWhenNodesComeAndGo() {
        members.onChange(this::divide, List.of(stockConfig.shareLease(), orderConfig.lease()));
    }

    /** Keeps contact with the ledger, meets new sales, expires what is unpaid, renews shares, restocks, writes orders, settles payments. */
    @Schedule(hour = "*", minute = "*", second = "*", persistent = false)
    void tick() {
        each(ledger::tend);
        each(sales::refresh);
        each(sales::follow);
        each(() -> expiry.tend(sales.known()));
        divide();
        each(payments::tend);
        each(metrics::meetSales);
        each(ledgerMetrics::tend);
        each(purchaseMetrics::tend);
        each(orderMetrics::tend);
        each(paymentMetrics::tend);
    }

    /** What living nodes divide among them: what is left, and whose orders each of them writes. Also between two ticks. */
    private void divide() {
        if (!drain.isDraining()) {
            each(localStock::tend);
        }
        each(() -> orders.tend(sales.known()));
    }

    /** The server drops a timer for good that failed twice in a row. */
    private static void each(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.log(Level.SEVERE, "A step of the timer failed; the next tick tries again.", e);
        }
    }
}
