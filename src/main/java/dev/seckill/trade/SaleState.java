package dev.seckill.trade;

/**
 * What an operator has decided about a sale. Opening and closing times come on top: a sale can be OPEN and not yet, or
 * no longer, sell. CLOSED and ARCHIVED are for good.
 */
public enum SaleState {
    OPEN,
    PAUSED,
    CLOSED,
    ARCHIVED
}
