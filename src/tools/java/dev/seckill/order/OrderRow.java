package dev.seckill.order;

import dev.seckill.trade.Place;
import dev.seckill.trade.ReservationStatus;

/** An order as it should be, or is; about 400 bytes with its names and its place in a map, so that a million of them fit in memory. */
final class OrderRow {
    final String buyer;
    final int quantity;
    final long amountMinor;
    final String currency;
    final long reservedMs;
    /** '' if it succeeds none. */
    final String succeeds;

    ReservationStatus status;
    long dueMs;
    /** '' while it is not paid. */
    String payment;

    long refunded;
    /** Of these times, 0 is none. */
    long endedMs;

    Place place;
    boolean isSeen;

    OrderRow(
            String buyer,
            int quantity,
            long amountMinor,
            String currency,
            long reservedMs,
            long dueMs,
            ReservationStatus status,
            long endedMs,
            String payment,
            String succeeds,
            long refunded,
            Place place) {
        this.buyer = buyer;
        this.quantity = quantity;
        this.amountMinor = amountMinor;
        this.currency = currency;
        this.reservedMs = reservedMs;
        this.dueMs = dueMs;
        this.status = status;
        this.endedMs = endedMs;
        this.payment = payment;
        this.succeeds = succeeds;
        this.refunded = refunded;
        this.place = place;
    }

    /** All of it in one line: two are the same if these are. */
    @Override
    public String toString() {
        return status + " " + quantity + " at " + amountMinor + " " + currency + ", reserved " + reservedMs + ", due "
                + dueMs + ", ended " + endedMs + (payment.isEmpty() ? "" : ", paid by " + payment)
                + (succeeds.isEmpty() ? "" : " after " + succeeds) + (refunded == 0 ? "" : ", refunded " + refunded)
                + ", by " + place + ", of " + buyer;
    }
}
