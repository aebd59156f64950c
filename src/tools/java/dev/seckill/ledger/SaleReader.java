package dev.seckill.ledger;

import dev.seckill.ledger.Glance.Position;
import dev.seckill.trade.SaleId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.redisson.api.RScript;
import org.redisson.api.RScript.Mode;
import org.redisson.api.RScript.ReturnType;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

/** Reads a sale in small steps, each far shorter than a batch of buyers takes, and changes nothing. */
final class SaleReader {
    /** A millisecond of Redis, more or less. */
    private static final int PAGE = 500;

    private static final int ENOUGH = 4_000;

    private static final List<String> TYPES = List.of("hash", "stream", "hash", "hash", "hash", "hash");

    /** Looks at one moment. A key that is not of its type is not read. */
    private static final String GLANCE = """
            -- KEYS     1 stock  2 movements  and the others
            -- RETURNS  types of the keys, fields and values of the stock, id of the last movement or ''
            local types = {}
            for i, key in ipairs(KEYS) do types[i] = redis.call('TYPE', key).ok end
            local stock, last = {}, ''
            if types[1] == 'hash' then stock = redis.call('HGETALL', KEYS[1]) end
            if types[2] == 'stream' then
              local newest = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)
              if newest[1] then last = newest[1][1] end
            end
            return {types, stock, last}
            """;

    /** Some movements, their fields in turn, so that one which is there twice shows. */
    private static final String MOVEMENTS = """
            -- ARGV     1 after this position  2 up to this  3 enough (values; a movement may have two thousand)
            local page, values, after = {}, 0, ARGV[1]
            repeat
              local some = redis.call('XRANGE', KEYS[1], '(' .. after, ARGV[2], 'COUNT', 5)
              for _, entry in ipairs(some) do
                page[#page + 1], values, after = entry, values + #entry[2], entry[1]
              end
            until #some < 5 or values >= tonumber(ARGV[3])
            return page
            """;

    /** A page of a hash: whatever is there all the time is in one of the pages. */
    private static final String SCAN = "return redis.call('HSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2])";

    private final RedissonClient redisson;
    private final Keys keys;

    SaleReader(RedissonClient redisson, SaleId sale) {
        this.redisson = redisson;
        this.keys = new Keys(sale);
    }

    Glance glance() {
        List<Object> values = run(GLANCE, keys.archive);
        Map<String, String> wrongKeys = new LinkedHashMap<>();
        List<String> others = new ArrayList<>();
        List<?> types = (List<?>) values.get(0);
        for (int i = 0; i < types.size(); i++) {
            String key = (String) keys.archive.get(i);
            String type = (String) types.get(i);
            if (!type.equals("none") && !type.equals(TYPES.get(i))) {
                wrongKeys.put(key, type);
            }
            if (i > 0 && !type.equals("none")) {
                others.add(key);
            }
        }
        String last = (String) values.get(2);
        return new Glance(
                pairs((List<?>) values.get(1)),
                last.isEmpty() ? Position.BEGIN : Position.parse(last),
                wrongKeys,
                others);
    }

    /** The movements after the first position up to the other, page by page, while they are wanted. */
    void movements(Position after, Position upTo, Predicate<Movement> consumer) {
        Position position = after;
        while (!position.equals(upTo)) {
            List<Object> page = run(MOVEMENTS, List.of(keys.movements), position, upTo, ENOUGH);
            if (page.isEmpty()) {
                return;
            }
            for (Object entry : page) {
                List<?> idAndFields = (List<?>) entry;
                position = Position.parse((String) idAndFields.get(0));
                if (!consumer.test(Movement.of(position.epoch(), position.seq(), (List<?>) idAndFields.get(1)))) {
                    return;
                }
            }
        }
    }

    /** Every entry of the reservations, then of the payments, then of the buyers; some may come twice. */
    void tables(TableConsumer consumer) {
        reservations((id, record) -> consumer.accept(Check.RESERVATIONS, id, record));
        scan(keys.payments.get(4), (name, value) -> consumer.accept(Check.PAYMENTS, name, value));
        scan(keys.payments.get(3), (buyer, tickets) -> consumer.accept(Check.BUYERS, buyer, tickets));
    }

    /** Every reservation's code with its record, in the ledger's form; some may come twice. */
    void reservations(BiConsumer<String, String> consumer) {
        scan(keys.reservations.get(2), consumer);
    }

    interface TableConsumer {
        void accept(Check table, String key, String value);
    }

    private void scan(Object key, BiConsumer<String, String> consumer) {
        String cursor = "0";
        do {
            List<Object> page = run(SCAN, List.of(key), cursor, PAGE);
            pairs((List<?>) page.get(1)).forEach(consumer);
            cursor = (String) page.get(0);
        } while (!cursor.equals("0"));
    }

    private List<Object> run(String script, List<Object> on, Object... args) {
        RScript scripts = redisson.getScript(StringCodec.INSTANCE);
        return scripts.eval(Mode.READ_ONLY, script, ReturnType.LIST, on, args);
    }

    private static Map<String, String> pairs(List<?> flat) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            pairs.put((String) flat.get(i), (String) flat.get(i + 1));
        }
        return pairs;
    }
}
