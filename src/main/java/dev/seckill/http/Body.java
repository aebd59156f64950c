package dev.seckill.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.seckill.trade.BadInput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A JSON object in a request's body, read strictly: short, no field that is not known, no field of another type, none
 * twice. What is wrong is said by the field's name.
 *
 * <p>Read with the server's Jackson. Of the Jakarta parsers it takes two, as neither refuses both a field that is there
 * twice and something after the object, and 26.8 kB for a purchase instead of 1.2 (scripts/load micro PurchaseBench.body).
 */
public final class Body {
    private static final int MOST_BYTES = 8 * 1024;

    /** Room for a purchase; a stream that is read up to a larger bound allocates for all of it. */
    private static final int USUAL_BYTES = 128;

    private static final int MOST_DIGITS = 19;

    /**
     * Requests that may wait for the rest of their bodies, each on a thread of the server's, which has 16: so slow senders
     * keep half of them at most, and those whose body is there are served by the others.
     */
    private static final int MOST_WAITING = 8;

    /** Nobody's 8 KiB take so long, and whoever sends byte by byte gives way to others. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final Semaphore WAITING = new Semaphore(MOST_WAITING);

    /** Whoever is not known yet keeps nobody else waiting. */
    private static final Semaphore UNKNOWN_WAITING = new Semaphore(2);

    private static final ObjectReader READER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build()
            .readerFor(JsonNode.class);

    private final JsonNode json;
    private final String path;

    private Body(JsonNode json, String path, String... allowed) {
        this.json = json;
        this.path = path;
        List<String> known = Arrays.asList(allowed);
        for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
            if (!known.contains(names.next())) {
                throw unknown(known);
            }
        }
    }

    private BadInput unknown(List<String> allowed) {
        Set<String> unknown = new TreeSet<>();
        json.fieldNames().forEachRemaining(unknown::add);
        allowed.forEach(unknown::remove);
        return new BadInput("Unknown " + path + unknown + "; allowed are " + new TreeSet<>(allowed));
    }

    /** Thrown when too many wait already for the rest of their bodies. */
    static final class Crowded extends RuntimeException {
        private static final long serialVersionUID = 1;

        Crowded() {
            super(null, null, false, false);
        }
    }

    /** Reads what may still be on its way. */
    public static Body read(InputStream stream, String... allowed) {
        return waiting(WAITING, () -> readArrived(stream, allowed));
    }

    /** A body as it was sent, for whoever has to see that before it is read. What is not UTF-8 is refused. */
    public static String text(InputStream stream) {
        return waiting(UNKNOWN_WAITING, () -> {
            try {
                return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(stream))).toString();
            } catch (IOException e) {
                throw new BadInput("The body is text in UTF-8.");
            }
        });
    }

    private static <T> T waiting(Semaphore places, Supplier<T> read) {
        if (!places.tryAcquire()) {
            throw new Crowded();
        }
        try {
            return read.get();
        } finally {
            places.release();
        }
    }

    /** Reads what is there to the end: nobody waits. */
    public static Body readArrived(InputStream stream, String... allowed) {
        try {
            byte[] bytes = bytes(stream);
            JsonNode json = isUtf8(bytes) ? READER.readValue(bytes) : NullNode.instance;
            if (json.isObject()) {
                return new Body(json, "", allowed);
            }
        } catch (IOException | NumberFormatException e) {
            // said below; the second is what an exponent is that no number has
        }
        throw new BadInput(
                "The body is a JSON object in UTF-8 with the fields " + new TreeSet<>(Arrays.asList(allowed)));
    }

    /** Jackson would read UTF-16 and UTF-32 as well, by their first bytes, and pass over a mark of UTF-8. */
    private static boolean isUtf8(byte[] bytes) {
        return bytes.length > 1 && bytes[0] > 0 && bytes[1] != 0;
    }

    private static byte[] bytes(InputStream stream) throws IOException {
        long start = System.nanoTime();
        byte[] bytes = new byte[USUAL_BYTES];
        int length = 0;
        for (int more = stream.read(bytes); more >= 0; more = stream.read(bytes, length, bytes.length - length)) {
            length += more;
            if (length > MOST_BYTES) {
                throw new BadInput("A body is at most " + MOST_BYTES + " bytes.");
            }
            if (length == bytes.length) {
                bytes = Arrays.copyOf(bytes, MOST_BYTES + 1);
            }
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                throw new BadInput("The body took longer than " + PATIENCE_NANOS / 1_000_000_000 + " s to arrive.");
            }
        }
        return Arrays.copyOf(bytes, length);
    }

    public boolean has(String field) {
        return json.hasNonNull(field);
    }

    public String text(String field) {
        JsonNode value = required(field);
        if (value.isTextual()) {
            return value.textValue();
        }
        throw new BadInput(path + field + " is a string.");
    }

    public long whole(String field) {
        JsonNode value = required(field);
        if (value.isInt() || value.isLong()) {
            return value.longValue();
        }
        try {
            if (value.isNumber() && value.decimalValue().precision() <= MOST_DIGITS) {
                return value.decimalValue().longValueExact();
            }
        } catch (ArithmeticException e) {
            // said below
        }
        throw new BadInput(path + field + " is a whole number.");
    }

    public Body object(String field, String... allowed) {
        JsonNode value = required(field);
        if (value.isObject()) {
            return new Body(value, path + field + ".", allowed);
        }
        throw new BadInput(path + field + " is an object.");
    }

    private JsonNode required(String field) {
        if (!has(field)) {
            throw new BadInput(path + field + " is missing.");
        }
        return json.get(field);
    }
}
