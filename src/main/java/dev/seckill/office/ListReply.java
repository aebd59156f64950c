package dev.seckill.office;

import dev.seckill.http.Query;
import dev.seckill.http.Reply;
import dev.seckill.order.Listing;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import java.util.Map;
import java.util.function.Function;

/** A part of a list, with the address of the next: as {@code next} in it, and as a Link for those who know those (RFC 8288). */
final class ListReply {
    private static final int OK = 200;
    private static final int USUAL = 20;
    private static final int MOST = 100;

    private ListReply() {}

    /** How many a part has at most. */
    static int limit(Query query) {
        return query.whole("limit", 1, MOST, USUAL);
    }

    /** The list is there under its name, at this path. */
    static <T> Reply of(
            String name, String path, Query query, Listing<T> listing, Function<T, JsonObjectBuilder> shown) {
        JsonArrayBuilder items = Json.createArrayBuilder();
        listing.items().forEach(item -> items.add(shown.apply(item)));
        JsonObjectBuilder json = Json.createObjectBuilder().add(name, items);
        Map<String, String> headers = listing.after()
                .map(after -> {
                    String next = path + '?' + query.with("after", after);
                    json.add("next", next);
                    return Map.of("Link", '<' + next + ">; rel=\"next\"");
                })
                .orElse(Map.of());
        return new Reply(OK, "application/json", null, 0, json.build().toString()).with(headers);
    }
}
