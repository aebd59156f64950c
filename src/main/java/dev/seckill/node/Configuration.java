package dev.seckill.node;

import dev.seckill.identity.IdentityConfig;
import dev.seckill.ledger.LedgerConfig;
import dev.seckill.limit.LimitConfig;
import dev.seckill.order.OrderConfig;
import dev.seckill.payment.PaymentConfig;
import dev.seckill.purchase.PurchaseConfig;
import dev.seckill.signin.SignInConfig;
import dev.seckill.stock.StockConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** Gives each room its own configuration, read and checked once. */
@ApplicationScoped
public class Configuration {
    /** Wrong settings fail the start, not the first buyer. */
    void check(
            @Observes Startup start,
            LedgerConfig ledger,
            StockConfig stock,
            LimitConfig limit,
            IdentityConfig identity,
            SignInConfig signIn,
            PurchaseConfig purchase,
            OrderConfig order,
            PaymentConfig payment) {}

    @Produces
    @Singleton
    LedgerConfig ledger() {
        return LedgerConfig.from(config());
    }

    @Produces
    @Singleton
    StockConfig stock() {
        return StockConfig.from(config());
    }

    @Produces
    @Singleton
    LimitConfig limit() {
        return LimitConfig.from(config());
    }

    @Produces
    @Singleton
    IdentityConfig identity() {
        return IdentityConfig.from(config());
    }

    @Produces
    @Singleton
    SignInConfig signIn() {
        return SignInConfig.from(config());
    }

    @Produces
    @Singleton
    PurchaseConfig purchase() {
        return PurchaseConfig.from(config());
    }

    @Produces
    @Singleton
    OrderConfig order(StockConfig stock) {
        return OrderConfig.from(config(), stock.node());
    }

    @Produces
    @Singleton
    PaymentConfig payment() {
        return PaymentConfig.from(config());
    }

    /** By class loader, because the server also asks on threads (health) that belong to no application. */
    private static Config config() {
        return ConfigProvider.getConfig(Configuration.class.getClassLoader());
    }
}
