package dev.seckill.http;

import dev.seckill.trade.BadInput;
import jakarta.json.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonReaderFactory;
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
    private static final JsonReaderFactory READERS = Json.createReaderFactory(
            Map.of(jakarta.json.JsonConfig.KEY_STRATEGY, jakarta.json.JsonConfig.KeyStrategy.NONE));
    private static final JsonParserFactory PARSERS = Json.createParserFactory(Map.of());

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
            return new Body(parse(bytes, allowed), "", allowed);
        } catch (IOException e) {
            throw noObject(allowed);
        }
    }

    private static JsonObject parse(byte[] bytes, String... allowed) {
        try (JsonReader reader = READERS.createReader(new ByteArrayInputStream(bytes));
                JsonParser parser = PARSERS.createParser(new ByteArrayInputStream(bytes))) {
            // The reader refuses what is there twice but not what comes after the object; the parser the other way
            // round.
            JsonObject json = reader.readObject();
            parser.next();
            parser.getObject();
            if (!parser.hasNext()) {
                return json;
            }
        } catch (RuntimeException e) {
            // Not JsonException alone: the parser has a plain one for what is nested too deep, others for long numbers.
        }
        throw noObject(allowed);
    }

    private static BadInput noObject(String... allowed) {
        return new BadInput("The body is a JSON object in UTF-8 with the fields " + new TreeSet<>(Set.of(allowed)));
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
        } catch (ArithmeticException | NumberFormatException e) {
            // said below; the second is what an exponent is that no number has
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
