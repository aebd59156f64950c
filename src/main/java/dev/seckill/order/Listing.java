package dev.seckill.order;

import java.util.List;
import java.util.Optional;

/**
 * A part of a list.
 *
 * @param after where it goes on, in words that mean something here only; empty at its end
 */
public record Listing<T>(List<T> items, Optional<String> after) {
    public Listing {
        items = List.copyOf(items);
    }
}
