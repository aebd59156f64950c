package dev.seckill.trade;

import java.util.regex.Pattern;

/** Names a buyer. {@link #ANONYMOUS} stands for each buyer nobody can name: never the same one twice, so no limit holds. */
public record BuyerId(String value) {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9._@:+-]{0,64}");
    public static final BuyerId ANONYMOUS = new BuyerId("");

    public BuyerId {
        if (value == null || !ALLOWED.matcher(value).matches()) {
            throw new BadInput("A buyer's id is 1 to 64 of A-Z, a-z, 0-9 and . _ @ : + -");
        }
    }

    /** A buyer as somebody claims it from outside: never the anonymous one. */
    public static BuyerId named(String value) {
        BuyerId buyer = new BuyerId(value);
        if (buyer.isAnonymous()) {
            throw new BadInput("A buyer's id is 1 to 64 of A-Z, a-z, 0-9 and . _ @ : + -");
        }
        return buyer;
    }

    public boolean isAnonymous() {
        return value.isEmpty();
    }

    @Override
    public String toString() {
        return value;
    }
}
