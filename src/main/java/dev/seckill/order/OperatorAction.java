package dev.seckill.order;

import java.time.Instant;
import java.util.Optional;

/**
 * What an operator did.
 *
 * @param at when, by the ledger's clock if it changed the sale there
 */
public record OperatorAction(Instant at, String operator, String action, Optional<String> sale, String detail) {}
