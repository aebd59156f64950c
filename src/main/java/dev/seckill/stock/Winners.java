package dev.seckill.stock;

import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.Movement;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.Standing;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Everybody who ever had a reservation in one sale, as far as this node has read its movements. They pass a closed gate,
 * so that whoever lost the answer to a purchase can ask again and get it.
 *
 * <p>A node that begins, finds a gap, or meets a new epoch reads the ledger's buyers once, noting beforehand how far
 * that brings it, and reads movements on from there. Buyers are kept as 64-bit hashes (about 56 bytes each): two buyers
 * with one hash cost one needless call. Anonymous buyers cannot ask again and are not kept.
 */
final class Winners {
    /** 60 MB. Past it no more is read, so the gate stays open and the ledger refuses. */
    static final int MOST = 1_000_000;

    private final SaleId sale;
    private final Ledger ledger;
    private final Set<Long> hashes = ConcurrentHashMap.newKeySet();

    private volatile boolean full;
    private Standing position = Standing.NONE;
    private CompletionStage<Void> reading = CompletableFuture.completedFuture(null);

    Winners(SaleId sale, Ledger ledger) {
        this.sale = sale;
        this.ledger = ledger;
    }

    boolean contains(BuyerId buyer) {
        return !buyer.isAnonymous() && hashes.contains(hash(buyer.value()));
    }

    /** Done when every winner up to that standing is known; failed when the ledger could not be read. */
    synchronized CompletionStage<Void> readTo(Standing target) {
        if (hasRead(target)) {
            return CompletableFuture.completedFuture(null);
        }
        if (full) {
            return CompletableFuture.failedFuture(tooMany());
        }
        // One reader at a time: those who come while it reads go on from where it got.
        reading = reading.handle((done, fault) -> null).thenCompose(ignored -> readOn(target));
        return reading;
    }

    private synchronized boolean hasRead(Standing target) {
        return position.epoch() == target.epoch() && position.seq() >= target.seq();
    }

    private synchronized void advance(Standing to) {
        position = to;
    }

    private CompletionStage<Void> readOn(Standing target) {
        Standing from;
        synchronized (this) {
            if (full) {
                return CompletableFuture.failedFuture(tooMany());
            }
            if (hasRead(target) || target.epoch() < position.epoch()) {
                return CompletableFuture.completedFuture(null);
            }
            from = position;
        }
        if (from.epoch() != target.epoch()) {
            return readAll(target);
        }
        return ledger.movements(sale, from).thenCompose(page -> {
            if (page.isEmpty() || !add(page, from)) {
                return readAll(target);
            }
            return readOn(target);
        });
    }

    private CompletionStage<Void> readAll(Standing target) {
        // Nobody is ever taken out: a gate may be closed meanwhile, and one too many only costs a call.
        return ledger.buyers(sale, target.epoch(), this::add).thenAccept(done -> advance(target));
    }

    /** False when a movement is missing. */
    private boolean add(List<Movement> page, Standing from) {
        long seq = from.seq();
        for (Movement movement : page) {
            if (movement.epoch() != from.epoch() || movement.seq() != ++seq) {
                return false;
            }
            for (Movement.Part part : movement.parts()) {
                if (!part.buyer().isEmpty()) {
                    add(part.buyer());
                }
            }
        }
        advance(new Standing(from.epoch(), seq, 0, 0, 0));
        return true;
    }

    private void add(String buyer) {
        if (hashes.size() >= MOST) {
            full = true;
            throw tooMany();
        }
        hashes.add(hash(buyer));
    }

    private static IllegalStateException tooMany() {
        return new IllegalStateException("more winners than a node keeps");
    }

    /** FNV-1a, 64 bits. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
