package dev.seckill.ledger;

/**
 * What a node knew of a sale when it accepted a request. Re-sends keep it, so a request that lay somewhere while tickets
 * came back cannot win after its buyer was refused elsewhere.
 */
public record Stamp(long epoch, long sellable) {
    /** Of a node that has heard nothing yet: good for a sale in which no ticket ever rested. */
    public static final Stamp OLDEST = new Stamp(1, 1);
}
