package dev.seckill.ledger;

/**
 * What one call found to expire.
 *
 * @param reservations how many it expired
 * @param quietUntilMs Redis time before which nothing more is due
 * @param nowMs Redis time of the call
 */
public record Expired(long reservations, long quietUntilMs, long nowMs) {}
