package dev.seckill.load;

import dev.seckill.load.Chapter.Curve;
import dev.seckill.trade.Reservation;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How the tickets of a sale went, as its ledger tells when it is over. */
final class SellingOut {
    private static final double MS = 1e3;

    /** As many as a plot can show. */
    private static final int POINTS = 200;

    private SellingOut() {}

    /** What was left, since that moment; the last point is the last ticket that went. */
    static Curve left(List<Reservation> ledger, long sinceMs, long tickets) {
        List<Reservation> inOrder = ledger.stream()
                .sorted((one, other) -> Long.compare(one.reservedAtMs(), other.reservedAtMs()))
                .toList();
        int step = Math.max(1, inOrder.size() / POINTS);
        Map<Double, Double> points = new TreeMap<>();
        points.put(0.0, (double) tickets);
        long left = tickets;
        for (int i = 0; i < inOrder.size(); i++) {
            left -= inOrder.get(i).quantity();
            if ((i + 1) % step == 0 || i + 1 == inOrder.size()) {
                points.put((inOrder.get(i).reservedAtMs() - sinceMs) / MS, (double) left);
            }
        }
        return new Curve("Tickets left", "tickets", points);
    }
}
