package dev.seckill.purchase;

import dev.seckill.trade.BadInput;
import dev.seckill.trade.SaleId;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/**
 * Who may buy, and what /buy/ticket sells. See microprofile-config.properties for each value's reason.
 *
 * @param buyerHeader the header that names the buyer; empty: nobody is known, so nobody buys by name
 * @param mostInFlight purchases that may be on their way through this node
 * @param ticketSale the sale behind /buy/ticket
 */
public record PurchaseConfig(
        Optional<String> buyerHeader, int mostInFlight, SaleId ticketSale, Path statLog, int statLogMostBytes) {
    public PurchaseConfig {
        if (mostInFlight < 1) {
            throw new BadInput("seckill.purchase.most-in-flight is at least 1, not " + mostInFlight);
        }
        if (statLogMostBytes < 1) {
            throw new BadInput("seckill.purchase.stat-log-most-bytes is at least 1, not " + statLogMostBytes);
        }
    }

    public static PurchaseConfig from(Config config) {
        return new PurchaseConfig(
                config.getOptionalValue("seckill.purchase.buyer-header", String.class),
                config.getValue("seckill.purchase.most-in-flight", Integer.class),
                new SaleId(config.getValue("seckill.purchase.ticket-sale", String.class)),
                Path.of(config.getValue("seckill.purchase.stat-log", String.class)),
                config.getValue("seckill.purchase.stat-log-most-bytes", Integer.class));
    }
}
