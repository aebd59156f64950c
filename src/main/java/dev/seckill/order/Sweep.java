package dev.seckill.order;

import dev.seckill.order.Sums.Off;
import dev.seckill.trade.Place;

/**
 * What comparisons of a sale leave to the next: how far its orders are compared one by one with their reservations, from first to
 * last and again, and by what the ledger's numbers were off where nothing proves it yet.
 */
final class Sweep {
    private String last = "";
    private Place began = Place.BEGIN;
    private Place whole = Place.BEGIN;
    private long found;
    private long foundInWhole;
    private long excess;
    private Off off = Off.NOTHING;
    private Place offAt = Place.BEGIN;

    /** After which reservation it goes on. */
    String last() {
        return last;
    }

    /** Begins again at the first if it was at the end, at that place of the sale. */
    void begin(Place at) {
        if (last.isEmpty()) {
            began = at;
            found = 0;
        }
    }

    /** It has come so far, and found so many that differ; '' is the end. */
    void advance(String to, long more) {
        last = to;
        found += more;
        if (to.isEmpty()) {
            whole = began;
            foundInWhole = found;
        }
    }

    /** Whether all orders were compared since the sale stood there. */
    boolean isWholeSince(Place place) {
        return !whole.isBefore(place);
    }

    /** Whether the ledger has more reservations than there are orders for, and by another number than the last time. */
    boolean isNewExcess(long reservations) {
        boolean isNew = reservations > 0 && reservations != excess;
        excess = reservations;
        return isNew;
    }

    /**
     * Whether it is proved that the ledger is off by that, as it seems at a place: all is written now up to where it first seemed so.
     * A proof is good for one correction.
     */
    boolean proves(Off now, Place at, Place written) {
        if (!now.equals(off)) {
            off = now;
            offAt = at;
        }
        if (written.isBefore(offAt)) {
            return false;
        }
        forgetOff();
        return true;
    }

    void forgetOff() {
        off = Off.NOTHING;
    }

    /** As far as it knows. */
    long differing() {
        return Math.max(found, foundInWhole);
    }
}
