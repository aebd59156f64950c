package dev.seckill.order;

import dev.seckill.ledger.Movement;
import dev.seckill.ledger.Movement.Part;
import dev.seckill.trade.Place;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonReaderFactory;
import jakarta.json.JsonString;
import jakarta.json.stream.JsonGenerator;
import jakarta.json.stream.JsonGeneratorFactory;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A movement as the database keeps it: {@code {"fields": {name: value}, "parts": [[reservation, text]]}}. */
final class MovementJson {
    /** Kept, because to look for whoever provides them costs more than to write a movement. */
    private static final JsonGeneratorFactory GENERATORS = Json.createGeneratorFactory(Map.of());

    private static final JsonReaderFactory READERS = Json.createReaderFactory(Map.of());

    private MovementJson() {}

    static String of(Movement movement) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = GENERATORS.createGenerator(text)) {
            json.writeStartObject().writeStartObject("fields");
            movement.fields().forEach(json::write);
            json.writeEnd().writeStartArray("parts");
            for (Part part : movement.parts()) {
                json.writeStartArray()
                        .write(part.reservation())
                        .write(part.text())
                        .writeEnd();
            }
            json.writeEnd().writeEnd();
        }
        return text.toString();
    }

    static Movement movement(Place place, String text) {
        try (JsonReader reader = READERS.createReader(new StringReader(text))) {
            JsonObject body = reader.readObject();
            Map<String, String> fields = new LinkedHashMap<>();
            body.getJsonObject("fields").forEach((name, value) -> fields.put(name, ((JsonString) value).getString()));
            List<Part> parts = body.getJsonArray("parts").getValuesAs(JsonArray.class).stream()
                    .map(part -> new Part(part.getString(0), part.getString(1)))
                    .toList();
            return new Movement(place.epoch(), place.seq(), fields, parts);
        }
    }
}
