package dev.seckill.ledger;

import dev.seckill.trade.SaleId;
import dev.seckill.trade.Standing;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** What this node keeps of one sale's ledger: its keys, who waits, and how far it has seen. */
final class Book {
    final SaleId sale;
    final Keys keys;
    final DeductionBatcher batcher;
    private final AtomicReference<Standing> kept = new AtomicReference<>(Standing.NONE);

    /** Its Redis is not the one it was adopted on. */
    volatile boolean wantsAdoption;

    /** Its sums are wrong, and the log says so. */
    volatile boolean isCorrupt;

    Book(SaleId sale, Function<Book, DeductionBatcher> batcher) {
        this.sale = sale;
        this.keys = new Keys(sale);
        this.batcher = batcher.apply(this);
    }

    void keep(Standing standing) {
        kept.accumulateAndGet(standing, (before, now) -> now.isOlderThan(before) ? before : now);
    }

    /** The last standing known to be kept by whatever may come after this Redis: what adoption is measured by. */
    Standing kept() {
        return kept.get();
    }
}
