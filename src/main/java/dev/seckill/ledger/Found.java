package dev.seckill.ledger;

import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationId;

/**
 * What the ledger knows of a reservation.
 *
 * @param reservation null if there is none
 * @param successor what a late payment has bought instead of it after it had expired; null if none has
 * @param refunded tickets of it that were given back for money
 * @param nowMs Redis time of the look: none that is absent can come into being under an earlier deadline
 */
public record Found(Reservation reservation, ReservationId successor, int refunded, long nowMs) {}
