package dev.seckill.ledger;

import dev.seckill.trade.Place;
import java.util.List;

/**
 * What follows a place in a sale's movements, without a gap; or why nothing does.
 *
 * @param movements none unless the end is {@link End#MORE} or {@link End#READ}
 */
public record Page(List<Movement> movements, End end) {
    /** Where a reader stands. */
    public enum End {
        /** There may be more after these. */
        MORE,
        /** With these it has read everything that was there. */
        READ,
        /** It has read everything, and the sale was archived. */
        ARCHIVED,
        /** The ledger stands earlier than the place that was read to, or went on from earlier: it lost movements. */
        BEHIND,
        /** Movements after the place are missing. */
        GAP,
        /** The sale is not there, or was archived before it was read. */
        GONE
    }

    static Page of(End end) {
        return new Page(List.of(), end);
    }

    /** Those of the found, which may be all there are, that follow the place without a gap. */
    static Page after(Place place, List<Movement> found, boolean isAll) {
        Place last = place;
        int count = 0;
        for (Movement movement : found) {
            if (movement.seq() != last.seq() + 1 || movement.epoch() < last.epoch()) {
                break;
            }
            last = movement.place();
            count++;
        }
        if (count > 0) {
            boolean isRead = isAll && count == found.size();
            return new Page(List.copyOf(found.subList(0, count)), isRead ? End.READ : End.MORE);
        }
        return of(found.get(0).seq() <= place.seq() ? End.BEHIND : End.GAP);
    }
}
