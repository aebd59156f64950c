package dev.seckill.trade;

import java.util.regex.Pattern;

/**
 * What a buyer calls one attempt, so that asking again is asking for the same thing. Belongs to its buyer and its sale;
 * it is kept until the sale is archived.
 */
public record IdempotencyKey(String value) {
    private static final Pattern ALLOWED = Pattern.compile("[\\x21\\x23-\\x7e]{1,64}");

    public IdempotencyKey {
        if (value == null || !ALLOWED.matcher(value).matches()) {
            throw new BadInput(
                    "An Idempotency-Key is 1 to 64 visible ASCII characters, best a new UUID for each purchase.");
        }
    }

    /** Reads the header, with or without the quotation marks of a structured field. */
    public static IdempotencyKey parse(String header) {
        if (header == null) {
            throw new BadInput(
                    "The header Idempotency-Key is missing: a name of yours for this purchase, so that asking"
                            + " again is safe. A new UUID will do.");
        }
        boolean quoted = header.length() > 2 && header.startsWith("\"") && header.endsWith("\"");
        return new IdempotencyKey(quoted ? header.substring(1, header.length() - 1) : header);
    }
}
