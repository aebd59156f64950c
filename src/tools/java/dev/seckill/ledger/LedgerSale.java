package dev.seckill.ledger;

import dev.seckill.ledger.Glance.Position;
import dev.seckill.trade.Place;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.redisson.client.RedisException;

/** One sale of a ledger, for whoever compares it with something else; it may go on meanwhile. */
public final class LedgerSale {
    private final SaleReader reader;
    private final Function<RedisException, LedgerAway> away;

    LedgerSale(SaleReader reader, Function<RedisException, LedgerAway> away) {
        this.reader = reader;
        this.away = away;
    }

    /** The sale at one moment. */
    public static final class Look {
        private final Glance glance;

        private Look(Glance glance) {
            this.glance = glance;
        }

        /** Whether it has a history to compare with. */
        public boolean hasMovements() {
            return isThere() && !isArchived();
        }

        /** Whether its keys are of their types, and its stock is among them. */
        public boolean isThere() {
            return glance.wrongKeys().isEmpty() && !glance.stock().isEmpty();
        }

        public boolean isArchived() {
            return glance.isArchived();
        }

        /** Of its last movement, as the stock says; the beginning if that says no number. */
        public Place place() {
            return new Place(Math.max(0, glance.number("epoch")), Math.max(0, glance.number("seq")));
        }

        /** A sum of the stock, in tickets; -1 if it is no number. */
        public long sum(String name) {
            return glance.number(name);
        }

        /** Whether both show the same sale on the same server, so that nothing can have been taken back in between. */
        public boolean continues(Look before) {
            return glance.continues(before.glance);
        }
    }

    public Look look() {
        return ask(() -> new Look(reader.glance()));
    }

    /** All movements up to that place, page by page, while they are wanted. */
    public void movements(Place upTo, Predicate<Movement> consumer) {
        ask(() -> {
            reader.movements(Position.BEGIN, new Position(upTo.epoch(), upTo.seq()), consumer);
            return null;
        });
    }

    private <T> T ask(Supplier<T> question) {
        try {
            return question.get();
        } catch (RedisException e) {
            throw away.apply(e);
        }
    }
}
