package dev.seckill.order;

import dev.seckill.trade.Place;

/**
 * What was found when a sale's ledger, movements and orders were compared.
 *
 * @param place where the ledger stood
 * @param drift tickets by which the ledger's number that is furthest off was off
 * @param differing reservations whose order and record in the ledger are not the same
 * @param corrections of the ledger, and of orders, that it led to
 * @param trouble why something cannot be compared or corrected, or ''
 */
record Comparison(Place place, long drift, long differing, int corrections, String trouble) {
    static Comparison impossible(String trouble) {
        return new Comparison(Place.BEGIN, 0, 0, 0, trouble);
    }

    /** What is still known when it could not be compared again. */
    Comparison stale(String newTrouble) {
        return new Comparison(place, drift, differing, 0, newTrouble);
    }

    /** Whether all that was compared is the same, without anything having been done for it. */
    boolean agrees() {
        return drift == 0 && differing == 0 && corrections == 0 && trouble.isEmpty();
    }

    @Override
    public String toString() {
        return "drift " + drift + " tickets, " + differing + " orders differ, " + corrections + " corrections"
                + (trouble.isEmpty() ? "" : "; " + trouble);
    }
}
