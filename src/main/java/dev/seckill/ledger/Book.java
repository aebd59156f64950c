package dev.seckill.ledger;

import dev.seckill.trade.SaleId;
import dev.seckill.trade.Standing;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** What this node keeps of one sale's ledger: its keys, who waits, and the last it heard. */
final class Book {
    final SaleId sale;
    final Keys keys;
    final DeductionBatcher batcher;
    private final AtomicReference<Standing> newest = new AtomicReference<>(Standing.NONE);

    /** Its Redis is not the one it was adopted on. */
    volatile boolean wantsAdoption;

    Book(SaleId sale, Function<Book, DeductionBatcher> batcher) {
        this.sale = sale;
        this.keys = new Keys(sale);
        this.batcher = batcher.apply(this);
    }

    void hear(Standing standing) {
        newest.accumulateAndGet(standing, (before, now) -> now.isOlderThan(before) ? before : now);
    }

    Standing newest() {
        return newest.get();
    }
}
