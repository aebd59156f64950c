package dev.seckill.http;

import dev.seckill.trade.BadInput;
import jakarta.json.Json;
import jakarta.json.JsonConfig;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParserFactory;
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
    private static final JsonParserFactory PARSERS =
            Json.createParserFactory(Map.of(JsonConfig.KEY_STRATEGY, JsonConfig.KeyStrategy.NONE));

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
        return new Body(parse(stream, allowed), "", allowed);
    }

    private static JsonObject parse(InputStream stream, String... allowed) {
        byte[] bytes;
        try {
            bytes = stream.readNBytes(MOST_BYTES + 1);
        } catch (IOException e) {
            throw new BadInput("The body ended early.");
        }
        if (bytes.length > MOST_BYTES) {
            throw new BadInput("A body is at most " + MOST_BYTES + " bytes.");
        }
        try (JsonParser parser = PARSERS.createParser(new ByteArrayInputStream(bytes))) {
            parser.next();
            JsonObject object = parser.getObject();
            if (!parser.hasNext()) {
                return object;
            }
        } catch (RuntimeException e) {
            // The parser fails in several ways: too deep, too many digits, no object, no JSON. All say the same.
        }
        throw new BadInput("The body is one JSON object in UTF-8 with the fields " + new TreeSet<>(Set.of(allowed)));
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
