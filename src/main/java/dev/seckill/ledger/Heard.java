package dev.seckill.ledger;

import dev.seckill.trade.SaleId;
import dev.seckill.trade.Standing;

/**
 * How a sale stood, as a reply told.
 *
 * @param restMs how long given-back tickets rest in this sale
 * @param sentAtNanos when the call was sent (System.nanoTime): it cannot have stood so before that
 */
public record Heard(SaleId sale, Standing standing, long restMs, long sentAtNanos) {}
