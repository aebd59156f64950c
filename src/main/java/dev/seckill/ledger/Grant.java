package dev.seckill.ledger;

/**
 * A node's share of what is left.
 *
 * @param tickets how many it may ask for
 * @param nodes how many nodes have a share
 */
public record Grant(Heard heard, long tickets, int nodes) {}
