package dev.seckill.trade;

import java.util.regex.Pattern;

/** What one ticket costs: an amount in the currency's minor unit (cents), and the currency (ISO 4217). */
public record Price(long amountMinor, String currency) {
    /** Keeps amount × quantity far from where Lua's numbers lose whole units (2^53). */
    private static final long MOST = 1_000_000_000;

    private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");

    public Price {
        if (amountMinor < 0 || amountMinor > MOST) {
            throw new BadInput("price.amount_minor is 0 to " + MOST + " minor units (cents).");
        }
        if (currency == null || !CURRENCY.matcher(currency).matches()) {
            throw new BadInput("price.currency is three capital letters (ISO 4217), such as EUR.");
        }
    }
}
