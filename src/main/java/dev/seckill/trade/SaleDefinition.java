package dev.seckill.trade;

import java.time.Duration;

/**
 * What an operator decides when putting a sale on.
 *
 * @param opensAtMs ms since 1970, or 0 for at once
 * @param closesAtMs ms since 1970, or 0 for never
 */
public record SaleDefinition(
        SaleId id,
        String name,
        long capacity,
        Price price,
        long opensAtMs,
        long closesAtMs,
        Duration hold,
        int limitPerBuyer) {
    /** A sale lives on one Redis server, in memory: some 2.5 GB at this size, more if tickets come back. */
    public static final long MOST_CAPACITY = 10_000_000;

    private static final int MOST_PER_BUYER = 100;
    private static final int LONGEST_NAME = 200;
    private static final Duration SHORTEST_HOLD = Duration.ofSeconds(1);
    private static final Duration LONGEST_HOLD = Duration.ofDays(30);

    public SaleDefinition {
        if (name == null
                || name.isBlank()
                || name.length() > LONGEST_NAME
                || name.chars().anyMatch(c -> c < ' ')) {
            throw new BadInput("name is 1 to " + LONGEST_NAME + " characters without control characters.");
        }
        if (capacity < 1 || capacity > MOST_CAPACITY) {
            throw new BadInput("capacity is 1 to " + MOST_CAPACITY + " tickets.");
        }
        if (limitPerBuyer < 1 || limitPerBuyer > MOST_PER_BUYER) {
            throw new BadInput("limit_per_buyer is 1 to " + MOST_PER_BUYER + " tickets.");
        }
        if (hold.compareTo(SHORTEST_HOLD) < 0 || hold.compareTo(LONGEST_HOLD) > 0) {
            throw new BadInput("hold is an ISO 8601 duration from " + SHORTEST_HOLD + " to P30D, such as PT5M.");
        }
        if (closesAtMs != 0 && closesAtMs <= opensAtMs) {
            throw new BadInput("closes_at is later than opens_at.");
        }
    }
}
