package dev.seckill.order;

import dev.seckill.trade.Place;
import java.time.Duration;
import java.util.Optional;

/** What this node remembers of one sale's orders from look to look. Its methods are called under its own lock. */
final class SaleWatch {
    private final long shortestPauseNanos;
    private final long longestPauseNanos;

    private Place written = Place.BEGIN;
    private long writtenAtMs;
    private long aside;
    private long aheadSinceMs;
    private boolean mine;
    private boolean inTurn;
    private String trouble = "";
    private boolean stopped;
    private long pauseNanos;
    private long nextNanos = System.nanoTime();

    SaleWatch(Duration shortestPause, Duration longestPause) {
        shortestPauseNanos = shortestPause.toNanos();
        longestPauseNanos = longestPause.toNanos();
        pauseNanos = shortestPauseNanos;
    }

    /** Hears how far it is written; true if this node begins to write it, while something is kept aside. */
    synchronized boolean hear(Roster.Line line) {
        boolean beginsWithAside = line.isMine() && !mine && line.aside() > 0;
        if (line.isMine() && !mine) {
            nextNanos = System.nanoTime();
        }
        mine = line.isMine();
        if (!mine) {
            // whoever writes it now says what is wrong
            trouble = "";
            stopped = false;
        }
        written = line.place();
        writtenAtMs = line.atMs();
        aside = line.aside();
        return beginsWithAside;
    }

    /** Notes how far the ledger was seen, at that time of the ledger. */
    synchronized void see(Place seen, long nowMs) {
        if (!written.isBefore(seen)) {
            aheadSinceMs = 0;
        } else if (aheadSinceMs == 0) {
            aheadSinceMs = nowMs;
        }
    }

    /** Whether its turn is due; then it is in it. */
    synchronized boolean begin() {
        boolean knownToBeAhead = aheadSinceMs > 0 && !stopped;
        if (!mine || inTurn || (!knownToBeAhead && System.nanoTime() - nextNanos < 0)) {
            return false;
        }
        inTurn = true;
        return true;
    }

    /** Its turn is over, and all was written. The less happens in it, the later its next. */
    synchronized void endQuiet(boolean wroteSomething) {
        pauseNanos = wroteSomething ? shortestPauseNanos : Math.min(longestPauseNanos, pauseNanos * 2);
        end("", false);
    }

    /** Its turn is over with trouble; stopped if looking again soon is no use. True if it is a new one. */
    synchronized boolean endTroubled(String with, boolean stops) {
        boolean isNew = !with.equals(trouble);
        pauseNanos = stops ? longestPauseNanos : shortestPauseNanos;
        end(with, stops);
        return isNew;
    }

    private void end(String with, boolean stops) {
        inTurn = false;
        trouble = with;
        stopped = stops;
        nextNanos = System.nanoTime() + pauseNanos;
    }

    /** Up to where it is written, if this node writes it and nothing is wrong. */
    synchronized Optional<Place> compared() {
        return mine && !stopped ? Optional.of(written) : Optional.empty();
    }

    synchronized String trouble() {
        return trouble;
    }

    synchronized boolean isStopped() {
        return stopped;
    }

    synchronized long aside() {
        return aside;
    }

    /** Movements that are not written yet, as far as this node has heard. */
    synchronized long lag(Place seen) {
        return Math.max(0, seen.seq() - written.seq());
    }

    /** For how long the oldest of them has waited, about. */
    synchronized long lagMs(long nowMs) {
        // After a quiet hour the last written movement is an hour old and nobody has waited.
        return aheadSinceMs == 0 ? 0 : Math.max(0, Math.min(nowMs - aheadSinceMs, nowMs - writtenAtMs));
    }
}
