package dev.seckill.trade;

import java.util.regex.Pattern;

/** Names one sale, in addresses and in Redis keys. */
public record SaleId(String value) {
    private static final Pattern ALLOWED = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

    public SaleId {
        if (value == null || !ALLOWED.matcher(value).matches()) {
            throw new BadInput("A sale's id is 1 to 40 of a-z, 0-9 and -, not beginning with -.");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
