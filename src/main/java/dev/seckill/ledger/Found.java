package dev.seckill.ledger;

import dev.seckill.trade.Reservation;

/**
 * What the ledger knows of a reservation.
 *
 * @param reservation null if there is none
 * @param nowMs Redis time of the look: none that is absent can come into being under an earlier deadline
 */
public record Found(Reservation reservation, long nowMs) {}
