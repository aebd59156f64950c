package dev.seckill.order;

import dev.seckill.trade.BadInput;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Function;

/**
 * A place in a list, as it is handed out and comes back. It is no secret and gives no right: whoever makes one up sees what the
 * list shows anyway.
 */
final class Cursor {
    private static final int LONGEST = 400;
    private static final String SEPARATOR = "\n";

    private Cursor() {}

    static String of(Object... parts) {
        StringBuilder text = new StringBuilder();
        for (Object part : parts) {
            text.append(text.isEmpty() ? "" : SEPARATOR).append(part);
        }
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Reads one of so many parts; nothing but the last may have a line break. */
    static <T> Optional<T> read(Optional<String> cursor, int parts, Function<String[], T> place) {
        return cursor.map(text -> {
            try {
                if (text.length() <= LONGEST) {
                    String decoded = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
                    String[] split = decoded.split(SEPARATOR, parts);
                    if (split.length == parts && decoded.indexOf('\0') < 0) {
                        return place.apply(split);
                    }
                }
            } catch (IllegalArgumentException e) {
                // said below
            }
            throw new BadInput("after is what the answer before this one says; without it the list begins.");
        });
    }
}
