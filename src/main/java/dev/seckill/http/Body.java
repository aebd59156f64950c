package dev.seckill.http;

import dev.seckill.trade.BadInput;
import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonReaderFactory;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A JSON object in a request's body, read strictly: short, no field that is not known, no field of another type, none
 * twice. What is wrong is said by the field's name.
 */
public final class Body {
    private static final int MOST_BYTES = 8 * 1024;
    private static final JsonReaderFactory READERS = Json.createReaderFactory(
            Map.of(jakarta.json.JsonConfig.KEY_STRATEGY, jakarta.json.JsonConfig.KeyStrategy.NONE));

    private final JsonObject json;
    private final String path;

    private Body(JsonObject json, String path, String... allowed) {
        this.json = json;
        this.path = path;
        Set<String> unknown = new TreeSet<>(json.keySet());
        unknown.removeAll(Set.of(allowed));
        if (!unknown.isEmpty()) {
            throw new BadInput("Unknown " + path + unknown + "; allowed are " + new TreeSet<>(Set.of(allowed)));
        }
    }

    public static Body read(InputStream stream, String... allowed) {
        try {
            byte[] bytes = stream.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new BadInput("A body is at most " + MOST_BYTES + " bytes.");
            }
            try (JsonReader reader = READERS.createReader(new ByteArrayInputStream(bytes))) {
                return new Body(reader.readObject(), "", allowed);
            }
        } catch (JsonException | IOException e) {
            throw new BadInput("The body is a JSON object in UTF-8 with the fields " + new TreeSet<>(Set.of(allowed)));
        }
    }

    public boolean has(String field) {
        return json.containsKey(field) && json.get(field) != JsonValue.NULL;
    }

    public String text(String field) {
        if (required(field) instanceof JsonString text) {
            return text.getString();
        }
        throw new BadInput(path + field + " is a string.");
    }

    public long whole(String field) {
        try {
            if (required(field) instanceof JsonNumber number
                    && number.bigDecimalValue().precision() < 20) {
                return number.longValueExact();
            }
        } catch (ArithmeticException e) {
            // said below
        }
        throw new BadInput(path + field + " is a whole number.");
    }

    public Body object(String field, String... allowed) {
        if (required(field) instanceof JsonObject object) {
            return new Body(object, path + field + ".", allowed);
        }
        throw new BadInput(path + field + " is an object.");
    }

    private JsonValue required(String field) {
        if (!has(field)) {
            throw new BadInput(path + field + " is missing.");
        }
        return json.get(field);
    }
}
