package dev.seckill.trade;

import java.time.Duration;

/**
 * One event on sale as it stood when it was last looked at. The definition (name, price, times, hold, limit) never
 * changes once it is created, so it may be kept; state, capacity and the sums move on.
 *
 * @param opensAtMs Redis time in ms
 * @param closesAtMs Redis time in ms, or 0 if it never closes by itself
 * @param hold how long a reservation lives unpaid
 * @param rest how long given-back tickets rest before they are on sale; nodes rely on it, so it is the sale's
 * @param heldBack of those that are returning, as many are owed after a loss to somebody nobody knows, until that time
 * @param asOfMs when it stood so, Redis time in ms
 * @param recovering whether its ledger is being taken over after a restart and sells nothing
 */
public record Sale(
        SaleId id,
        String name,
        Price price,
        long opensAtMs,
        long closesAtMs,
        Duration hold,
        int limitPerBuyer,
        Duration rest,
        SaleState state,
        long capacity,
        long reserved,
        long sold,
        Standing standing,
        HeldBack heldBack,
        long asOfMs,
        boolean recovering) {
    /** Tickets, and until when (Redis time in ms). */
    public record HeldBack(long tickets, long untilMs) {
        public static final HeldBack NOTHING = new HeldBack(0, 0);
    }

    /** Whether its sums are possible at all; nothing is sold while they are not. */
    public boolean addsUp() {
        return Math.min(Math.min(standing.remaining(), standing.returning()), Math.min(reserved, sold)) >= 0
                && tooMany() == 0;
    }

    /** Tickets that its sums have more than its capacity; below 0: fewer. Nothing that is sold or given back changes that. */
    public long tooMany() {
        return standing.remaining() + standing.returning() + reserved + sold - capacity;
    }
}
