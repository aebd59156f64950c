package dev.seckill.trade;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * Names one reservation: its sale, a dot, and 22 characters.
 *
 * <p>The characters derive from sale, buyer and idempotency key (SHA-256 over length-prefixed fields, the first 128
 * bits), so the same attempt has the same name on every node and after every crash, and a retry needs no memory of the
 * first try. It is no secret: whoever reads or cancels must be its buyer.
 */
public record ReservationId(SaleId sale, String code) {
    private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9_-]{22}");
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final int BYTES = 16;

    public ReservationId {
        if (!ALLOWED.matcher(code).matches()) {
            throw new BadInput("A reservation's id is a sale's id, a dot, and 22 of A-Z, a-z, 0-9, - and _");
        }
    }

    public static ReservationId derive(SaleId sale, BuyerId buyer, IdempotencyKey key) {
        return new ReservationId(sale, digest(sale.value(), buyer.value(), key.value()));
    }

    /** What a payment buys that comes after this has expired. No idempotency key leads to it. */
    public ReservationId successor(PaymentId payment) {
        return new ReservationId(sale, digest("successor", sale.value(), code, payment.code()));
    }

    /** The first 128 bits of SHA-256 over the fields, each behind its length, so that no two lists of fields are alike. */
    static String digest(String... fields) {
        MessageDigest digest = sha256();
        for (String field : fields) {
            byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
            digest.update(bytes);
        }
        return ENCODER.encodeToString(Arrays.copyOf(digest.digest(), BYTES));
    }

    /** For an attempt that nobody can repeat. */
    public static ReservationId random(SaleId sale) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).putLong(random.nextLong()).putLong(random.nextLong());
        return new ReservationId(sale, ENCODER.encodeToString(bytes.array()));
    }

    public static ReservationId parse(String text) {
        int dot = text.indexOf('.');
        if (dot < 0) {
            throw new BadInput("A reservation's id is a sale's id, a dot, and 22 of A-Z, a-z, 0-9, - and _");
        }
        return new ReservationId(new SaleId(text.substring(0, dot)), text.substring(dot + 1));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return sale.value() + '.' + code;
    }
}
