package dev.seckill.load;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;

/**
 * The reservations that were won, exactly: each attempt with the 128 bits by which the answer named its reservation.
 */
final class Winnings {
    private static final int FIRST = 1024;

    private int[] attempts = new int[FIRST];
    private long[] codes = new long[2 * FIRST];
    private int size;

    void add(int attempt, ByteBuffer code) {
        if (size == attempts.length) {
            attempts = Arrays.copyOf(attempts, 2 * size);
            codes = Arrays.copyOf(codes, 4 * size);
        }
        attempts[size] = attempt;
        codes[2 * size] = code.getLong(0);
        codes[2 * size + 1] = code.getLong(Long.BYTES);
        size++;
    }

    int size() {
        return size;
    }

    int attempt(int index) {
        return attempts[index];
    }

    /** As the reservation's id has it after the dot. */
    String code(int index) {
        ByteBuffer bytes =
                ByteBuffer.allocate(2 * Long.BYTES).putLong(codes[2 * index]).putLong(codes[2 * index + 1]);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }
}
