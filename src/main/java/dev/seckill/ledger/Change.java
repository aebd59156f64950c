package dev.seckill.ledger;

import dev.seckill.trade.BadInput;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleState;

/**
 * What an operator wants a sale to be. Wanted values, not steps, so saying it twice is saying it once.
 *
 * @param state OPEN, PAUSED, CLOSED or ARCHIVED; null leaves it
 * @param capacity in tickets; null leaves it; it can only grow
 */
public record Change(SaleState state, Long capacity) {
    public Change {
        if (state == null && capacity == null) {
            throw new BadInput("Nothing to change: give state, capacity or both.");
        }
        if (state == SaleState.ARCHIVED && capacity != null) {
            throw new BadInput("A sale is archived with state alone.");
        }
        if (capacity != null && (capacity < 1 || capacity > SaleDefinition.MOST_CAPACITY)) {
            throw new BadInput("capacity is 1 to " + SaleDefinition.MOST_CAPACITY + " tickets.");
        }
    }
}
