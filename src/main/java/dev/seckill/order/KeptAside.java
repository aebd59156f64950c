package dev.seckill.order;

import dev.seckill.ledger.Movement;
import java.time.Instant;

/**
 * A step that waits, because it could not be written.
 *
 * @param reservation its id within the sale, as the movement has it; '' for the sale itself
 * @param movement what it was, with the part of this reservation only
 */
public record KeptAside(String sale, String reservation, String reason, Instant keptAt, Movement movement) {}
