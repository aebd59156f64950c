package dev.seckill.ledger;

import java.util.Map;

/**
 * One entry of a sale's history: what moved, in gap-free order.
 *
 * @param buyer whose, or '' where nobody's
 * @param fields all that the entry says
 */
public record Movement(long epoch, long seq, String buyer, Map<String, String> fields) {}
