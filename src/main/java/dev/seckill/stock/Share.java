package dev.seckill.stock;

import java.util.concurrent.atomic.AtomicLong;

/**
 * This node's share of what is left of one sale: how many tickets it may ask the ledger for. Lock-free.
 *
 * <p>It is a permission, not tickets: nothing is lost when it is lost, and it is never added to anything. So a grant
 * replaces what was there, and what is given back after that may make it a little too large.
 */
final class Share {
    private final AtomicLong tickets = new AtomicLong();

    /** Takes some, all or nothing; never below zero. */
    boolean take(int quantity) {
        long before = tickets.get();
        while (before >= quantity) {
            if (tickets.compareAndSet(before, before - quantity)) {
                return true;
            }
            before = tickets.get();
        }
        return false;
    }

    void giveBack(int quantity) {
        tickets.addAndGet(quantity);
    }

    void grant(long granted) {
        tickets.set(granted);
    }

    /** Keeps the share from exceeding what was just heard to be left. */
    void capAt(long remaining) {
        long before = tickets.get();
        while (before > remaining && !tickets.compareAndSet(before, remaining)) {
            before = tickets.get();
        }
    }

    long tickets() {
        return tickets.get();
    }
}
