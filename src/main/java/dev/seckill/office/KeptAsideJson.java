package dev.seckill.office;

import dev.seckill.ledger.Movement;
import dev.seckill.order.KeptAside;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;

/** How a step is shown that could not be written, with the movement as it stands. */
final class KeptAsideJson {
    private KeptAsideJson() {}

    static JsonObjectBuilder of(KeptAside kept) {
        Movement movement = kept.movement();
        JsonObjectBuilder json = Json.createObjectBuilder()
                .add("sale", kept.sale())
                .add("place", movement.place().toString());
        if (!kept.reservation().isEmpty()) {
            json.add("reservation", kept.sale() + '.' + kept.reservation());
        }
        return json.add("kind", movement.kind())
                .add("reason", kept.reason())
                .add("kept_at", kept.keptAt().toString())
                .add("movement", movement(movement));
    }

    private static JsonObjectBuilder movement(Movement movement) {
        JsonObjectBuilder json = Json.createObjectBuilder();
        movement.fields().forEach(json::add);
        movement.parts().forEach(part -> json.add(part.reservation(), part.text()));
        return json;
    }
}
