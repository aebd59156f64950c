package dev.seckill.payment;

import dev.seckill.trade.BadInput;
import dev.seckill.trade.Price;
import java.util.regex.Pattern;

/** Money, in the currency's minor unit (cents). */
public record Amount(long minor, String currency) {
    private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");

    public Amount {
        if (minor < 0 || !CURRENCY.matcher(currency).matches()) {
            throw new BadInput("An amount is 0 or more minor units (cents) of a currency (ISO 4217).");
        }
    }

    static Amount of(Price price, int quantity) {
        return new Amount(price.amountMinor() * quantity, price.currency());
    }

    boolean isNothing() {
        return minor == 0;
    }

    @Override
    public String toString() {
        return minor + " " + currency;
    }
}
