package dev.seckill.node;

import dev.seckill.ledger.LedgerConfig;
import dev.seckill.purchase.PurchaseConfig;
import dev.seckill.stock.StockConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.ConfigProvider;

/** Gives each room its own configuration, read and checked once. */
@ApplicationScoped
public class Configuration {
    @Produces
    @Singleton
    LedgerConfig ledger() {
        return LedgerConfig.from(ConfigProvider.getConfig());
    }

    @Produces
    @Singleton
    StockConfig stock() {
        return StockConfig.from(ConfigProvider.getConfig());
    }

    @Produces
    @Singleton
    PurchaseConfig purchase() {
        return PurchaseConfig.from(ConfigProvider.getConfig());
    }
}
