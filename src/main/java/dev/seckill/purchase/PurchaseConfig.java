package dev.seckill.purchase;

import dev.seckill.trade.BadInput;
import dev.seckill.trade.SaleId;
import java.nio.file.Path;
import org.eclipse.microprofile.config.Config;

/**
 * How many may buy at once, and what /buy/ticket sells. See microprofile-config.properties for each value's reason.
 *
 * @param mostInFlight purchases that may be on their way through this node
 * @param ticketSale the sale behind /buy/ticket
 */
public record PurchaseConfig(int mostInFlight, SaleId ticketSale, Path statLog, int statLogMostBytes) {
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
                config.getValue("seckill.purchase.most-in-flight", Integer.class),
                new SaleId(config.getValue("seckill.purchase.ticket-sale", String.class)),
                Path.of(config.getValue("seckill.purchase.stat-log", String.class)),
                config.getValue("seckill.purchase.stat-log-most-bytes", Integer.class));
    }
}
