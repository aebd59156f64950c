package dev.seckill.ledger;

import dev.seckill.trade.Place;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.Standing;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** What this node keeps of one sale's ledger: its keys, who waits, and how far it has seen. */
final class Book {
    final SaleId sale;
    final Keys keys;
    final DeductionBatcher batcher;
    private final AtomicReference<Standing> kept = new AtomicReference<>(Standing.NONE);
    private final AtomicLong taken = new AtomicLong(-1);
    private final AtomicLong fence = new AtomicLong();
    private final AtomicReference<Place> written = new AtomicReference<>(Place.BEGIN);

    /** Its Redis is not the one it was adopted on. */
    volatile boolean wantsAdoption;

    /** Nothing is left of it but its last sums. */
    volatile boolean isArchived;

    /** What adoption was refused with last, or ''. */
    volatile String lost = "";

    /** Its sums are wrong, and the log says so. */
    volatile boolean isCorrupt;

    Book(SaleId sale, Function<Book, DeductionBatcher> batcher) {
        this.sale = sale;
        this.keys = new Keys(sale);
        this.batcher = batcher.apply(this);
    }

    void keep(Reply reply) {
        kept.accumulateAndGet(reply.standing(), (before, now) -> now.isOlderThan(before) ? before : now);
        taken.accumulateAndGet(reply.taken(), Math::max);
    }

    /** Its movements are written elsewhere up to there. */
    void keepWritten(Place place, long noEpochBefore) {
        fence.accumulateAndGet(noEpochBefore, Math::max);
        written.accumulateAndGet(place, (before, now) -> now.isBefore(before) ? before : now);
    }

    /** The last standing known to be kept by whatever may come after this Redis. */
    Standing kept() {
        return kept.get();
    }

    /** Tickets taken by then; -1 if this node has not seen. */
    long taken() {
        return taken.get();
    }

    /** No epoch before this may begin. */
    long fence() {
        return fence.get();
    }

    /** The furthest place that this node knows the sale to have reached: what adoption is measured by. */
    Place reached() {
        Place seen = new Place(kept().epoch(), kept().seq());
        return seen.isBefore(written.get()) ? written.get() : seen;
    }

    /** Whether a ledger that has nothing of it has lost it. */
    boolean mustBeThere() {
        return !isArchived && !reached().equals(Place.BEGIN);
    }
}
