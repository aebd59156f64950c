package dev.seckill.stock;

import dev.seckill.ledger.Heard;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.Standing;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Refuses the buyers of one sale while nothing is left, without asking the ledger.
 *
 * <p>It is a lease on the fact "nothing remains". It closes on a reply that said so, counted from when that call was
 * <em>sent</em>, for half of the time until tickets can be on sale again: those that come back must rest first, and the
 * reply tells when those that rest already are done; and only after every winner up to that reply is known. So while any
 * gate is closed there is nothing to sell, an owner is never refused, and nothing has to be broadcast when tickets come
 * back. Past the lease the next request goes to the ledger and its reply closes the gate again for everybody.
 */
final class Gate {
    private final Winners winners;

    /** Until when it is closed (System.nanoTime); null while open. */
    private volatile Long closedUntil;

    private Standing newest = Standing.NONE;

    Gate(Winners winners) {
        this.winners = winners;
    }

    boolean refuses(BuyerId buyer) {
        Long until = closedUntil;
        return until != null && System.nanoTime() - until < 0 && !winners.contains(buyer);
    }

    /** Hears how the sale stands. Done when it has closed, or will not close for this. */
    CompletionStage<Void> hear(Heard heard) {
        Standing standing = heard.standing();
        synchronized (this) {
            if (standing.isOlderThan(newest)) {
                return CompletableFuture.completedFuture(null);
            }
            if (!isSameDrought(standing, newest)) {
                closedUntil = null;
            }
            newest = standing;
            if (!standing.isSoldOut()) {
                return CompletableFuture.completedFuture(null);
            }
        }
        return winners.readTo(standing).handle((done, fault) -> {
            if (fault == null) {
                close(standing, heard.sentAtNanos() + TimeUnit.MILLISECONDS.toNanos(heard.leaseMs()));
            }
            return null;
        });
    }

    /** Reads the winners up to the newest standing without closing. */
    void readOn() {
        Standing target;
        synchronized (this) {
            target = newest;
        }
        if (target.epoch() > 0) {
            winners.readTo(target);
        }
    }

    /** Nothing remains, and nothing was on sale in between. */
    private static boolean isSameDrought(Standing standing, Standing other) {
        return standing.isSoldOut() && standing.epoch() == other.epoch() && standing.sellable() == other.sellable();
    }

    private synchronized void close(Standing heard, long until) {
        if (isSameDrought(newest, heard) && (closedUntil == null || until - closedUntil > 0)) {
            closedUntil = until;
        }
    }
}
