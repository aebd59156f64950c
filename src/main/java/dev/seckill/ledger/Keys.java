package dev.seckill.ledger;

import dev.seckill.trade.SaleId;
import java.util.ArrayList;
import java.util.List;

/**
 * The Redis keys of one sale. They share a hash tag, so that on a Redis Cluster they live on one server and one script
 * can touch them all. Each list is the KEYS of a script, in its order: the two that every script gets, then its own.
 */
final class Keys {
    /** All sales there are; on whatever server. */
    static final String SALES = "seckill:sales";

    final String movements;
    final List<Object> stock;
    final List<Object> reservations;
    final List<Object> payments;
    final List<Object> find;
    final List<Object> decisions;
    final List<Object> buyers;
    final List<Object> shares;
    final List<Object> archive;

    Keys(SaleId sale) {
        String prefix = "seckill:{" + sale + "}:";
        movements = prefix + "movements";
        stock = List.of(prefix + "stock", movements);
        reservations = with(prefix + "reservations", prefix + "buyers");
        payments = with(prefix + "reservations", prefix + "buyers", prefix + "payments");
        find = with(prefix + "reservations", prefix + "payments");
        decisions = with(prefix + "payments");
        buyers = with(prefix + "buyers");
        shares = with(prefix + "shares");
        archive = with(prefix + "reservations", prefix + "buyers", prefix + "shares", prefix + "payments");
    }

    /** What decides on which server of a cluster a key lives; itself a key that would live there. */
    static String tag(String key) {
        int from = key.indexOf('{');
        return from < 0 ? key : key.substring(from, key.indexOf('}', from) + 1);
    }

    private List<Object> with(Object... more) {
        List<Object> keys = new ArrayList<>(stock);
        keys.addAll(List.of(more));
        return List.copyOf(keys);
    }
}
