package dev.seckill.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.ledger.Glance.Position;
import dev.seckill.trade.SaleId;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All that one sale has in Redis, read past the scripts, and checked as an audit does. */
record Books(
        Map<String, String> stock,
        Map<String, String> reservations,
        Map<String, String> buyers,
        Map<String, String> payments,
        List<Movement> movements) {

    /** Reads them, while nobody writes. */
    static Books read(RawRedis redis, Keys keys) {
        List<Movement> movements = redis.list("XRANGE", keys.movements, "-", "+").stream()
                .map(Books::movement)
                .toList();
        return new Books(
                redis.map("HGETALL", keys.stock.get(0)),
                redis.map("HGETALL", keys.reservations.get(2)),
                redis.map("HGETALL", keys.payments.get(3)),
                redis.map("HGETALL", keys.payments.get(4)),
                movements);
    }

    private static Movement movement(Object entry) {
        List<?> idAndFields = (List<?>) entry;
        String[] id = ((String) idAndFields.get(0)).split("-", 2);
        return Movement.of(Long.parseLong(id[0]), Long.parseLong(id[1]), (List<?>) idAndFields.get(1));
    }

    long number(String field) {
        return Long.parseLong(stock.get(field));
    }

    long held(String buyer) {
        return Long.parseLong(buyers.getOrDefault(buyer, "0"));
    }

    List<String> movementNames() {
        return movements.stream().map(Movement::kind).toList();
    }

    /** The same books, known to be right but for the fields of the stock that a test has overwritten. */
    Books checked(SaleId sale, Set<String> overwritten) {
        SaleCheck check = new SaleCheck();
        movements.forEach(check.history()::apply);
        Glance glance = glance();
        check.begin(glance);
        reservations.forEach((id, record) -> check.saw(Check.RESERVATIONS, id, record));
        payments.forEach((name, value) -> check.saw(Check.PAYMENTS, name, value));
        buyers.forEach((buyer, tickets) -> check.saw(Check.BUYERS, buyer, tickets));
        assertThat(check.end(sale, glance, glance).findings())
                .filteredOn(each -> each.check() != Check.STOCK || !overwritten.contains(each.subject()))
                .as("what the audit finds wrong in %s", this)
                .isEmpty();
        return this;
    }

    private Glance glance() {
        Position last = movements.isEmpty()
                ? Position.BEGIN
                : new Position(
                        movements.get(movements.size() - 1).epoch(),
                        movements.get(movements.size() - 1).seq());
        return new Glance(stock, last, Map.of(), List.of());
    }
}
