package dev.seckill.trade;

/**
 * A place in a sale's order of movements. The sequence goes on without a gap when the epoch rises, so the number of movements up
 * to here is {@code seq}.
 */
public record Place(long epoch, long seq) implements Comparable<Place> {
    /** Before the first movement. */
    public static final Place BEGIN = new Place(0, 0);

    @Override
    public int compareTo(Place other) {
        int byEpoch = Long.compare(epoch, other.epoch);
        return byEpoch != 0 ? byEpoch : Long.compare(seq, other.seq);
    }

    public boolean isBefore(Place other) {
        return compareTo(other) < 0;
    }

    @Override
    public String toString() {
        return epoch + "-" + seq;
    }
}
