package dev.seckill.ledger;

/**
 * A node's share of what is left.
 *
 * @param tickets how many it may ask for
 */
public record Grant(Heard heard, long tickets) {}
