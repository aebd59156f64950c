package dev.seckill.stock;

import dev.seckill.ledger.Attempt;
import dev.seckill.ledger.Heard;
import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.SaleRefused;
import dev.seckill.ledger.Stamp;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.Standing;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * Where this node sells one sale: its share, its gate, and what it last heard.
 *
 * <p>A used-up share asks for more, once for everybody who waits; it never refuses. Whoever still gets nothing from the
 * share goes to the ledger all the same, because "nothing for this node" is not "nothing left".
 */
final class Desk {
    private static final CompletionStage<Answer> BUSY = CompletableFuture.completedStage(Answer.BUSY);
    private static final CompletionStage<Answer> SOLD_OUT = CompletableFuture.completedStage(Answer.SOLD_OUT);

    private final SaleId sale;
    private final Ledger ledger;
    private final StockConfig config;
    private final Share share = new Share();
    private final Gate gate;
    private final AtomicReference<Standing> newest = new AtomicReference<>(Standing.NONE);
    private final AtomicReference<CompletableFuture<Void>> asking = new AtomicReference<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder sold = new LongAdder();
    private volatile long usedAtNanos;
    private volatile long grantedAtNanos;

    Desk(SaleId sale, Ledger ledger, StockConfig config) {
        this.sale = sale;
        this.ledger = ledger;
        this.config = config;
        this.gate = new Gate(new Winners(sale, ledger));
        this.usedAtNanos = System.nanoTime() - config.shareLease().toNanos();
        this.grantedAtNanos = usedAtNanos;
    }

    /** What a request accepted now knows. Before anything was heard: the oldest stamp there is. */
    Stamp stamp() {
        Standing standing = newest.get();
        return standing.epoch() == 0 ? Stamp.OLDEST : new Stamp(standing.epoch(), standing.sellable());
    }

    boolean refuses(BuyerId buyer) {
        return gate.refuses(buyer);
    }

    CompletionStage<Answer> reserve(Attempt attempt) {
        usedAtNanos = System.nanoTime();
        if (gate.refuses(attempt.buyer())) {
            return SOLD_OUT;
        }
        if (share.take(attempt.quantity())) {
            return deduct(attempt, true);
        }
        if (waiting.incrementAndGet() > config.mostWaiting()) {
            waiting.decrementAndGet();
            return BUSY;
        }
        return askForMore(attempt.quantity())
                .handle((done, fault) -> {
                    waiting.decrementAndGet();
                    return fault == null || SaleRefused.isNoSale(fault) ? askAgain(attempt) : BUSY;
                })
                .thenCompose(answer -> answer);
    }

    private CompletionStage<Answer> askAgain(Attempt attempt) {
        if (gate.refuses(attempt.buyer())) {
            return SOLD_OUT;
        }
        return deduct(attempt, share.take(attempt.quantity()));
    }

    private CompletionStage<Answer> deduct(Attempt attempt, boolean taken) {
        return ledger.deduct(attempt).thenApply(answer -> {
            if (answer.outcome() == Outcome.RESERVED) {
                sold.add(attempt.quantity());
            } else if (taken) {
                share.giveBack(attempt.quantity());
            }
            return answer;
        });
    }

    /** Asks the ledger for a share, once for all who ask meanwhile. */
    private CompletionStage<Void> askForMore(int quantity) {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> running = asking.compareAndExchange(null, mine);
        if (running != null) {
            return running;
        }
        if (gate.refuses(BuyerId.ANONYMOUS)) {
            // Another's call has come back since this request found the gate open: it need not be made again.
            asking.set(null);
            mine.complete(null);
            return mine;
        }
        renewShare(quantity).whenComplete((done, fault) -> {
            asking.set(null);
            ledger.answering().execute(() -> {
                if (fault == null) {
                    mine.complete(null);
                } else {
                    mine.completeExceptionally(fault);
                }
            });
        });
        return mine;
    }

    /** Nobody waits for the gate: until it knows all winners and closes, the ledger refuses. */
    CompletionStage<Void> renewShare(int atLeast) {
        return ledger.share(sale, config.node(), config.weight(), config.shareLease(), atLeast, config.bufferPercent())
                .thenAccept(grant -> {
                    grantedAtNanos = System.nanoTime();
                    share.grant(grant.tickets());
                    hear(grant.heard());
                });
    }

    /** Whether the ledger still counts with this node. */
    boolean hasShare() {
        return System.nanoTime() - grantedAtNanos < config.shareLease().toNanos();
    }

    CompletionStage<Void> leave() {
        return ledger.leave(sale, config.node());
    }

    /** Keeps reading winners while the sale sells, so that little is left to read when it is sold out. */
    void readWinners() {
        gate.readOn();
    }

    CompletionStage<Void> hear(Heard heard) {
        Standing standing = heard.standing();
        newest.accumulateAndGet(standing, (before, now) -> now.isOlderThan(before) ? before : now);
        share.capAt(standing.remaining());
        return gate.hear(heard);
    }

    /** Whether the timer has anything to do here: buyers came lately, or given-back tickets rest. */
    boolean isInUse() {
        return newest.get().returning() > 0
                || System.nanoTime() - usedAtNanos < config.shareLease().toNanos();
    }

    long localStock() {
        return share.tickets();
    }

    long sold() {
        return sold.sum();
    }

    Standing standing() {
        return newest.get();
    }
}
