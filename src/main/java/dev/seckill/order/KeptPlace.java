package dev.seckill.order;

import dev.seckill.trade.Place;
import java.util.Optional;

/** Where among a sale's steps one is that is kept aside. */
record KeptPlace(Place place, String subject) {
    static final KeptPlace BEGIN = new KeptPlace(Place.BEGIN, "");

    static KeptPlace after(Optional<String> cursor) {
        return Cursor.read(
                        cursor,
                        3,
                        parts -> new KeptPlace(new Place(Long.parseLong(parts[0]), Long.parseLong(parts[1])), parts[2]))
                .orElse(BEGIN);
    }

    String cursor() {
        return Cursor.of(place.epoch(), place.seq(), subject);
    }
}
