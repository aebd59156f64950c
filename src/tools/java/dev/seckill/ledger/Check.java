package dev.seckill.ledger;

import java.util.Locale;

/** What an audit looks at; a finding names the check that found it. */
public enum Check {
    /** Every key of the sale is of its type. */
    KEYS,
    /** remaining + returning + reserved + sold = capacity, none below zero. */
    SUMS,
    /** The history is gap-free, in order of time, and each of its steps was possible. */
    MOVEMENTS,
    /** No buyer ever held more than the limit. */
    LIMIT,
    /** The stock is what its movements add up to. */
    STOCK,
    /** Each reservation is what its movements made of it. */
    RESERVATIONS,
    /** Nothing is reserved up to where expiry has passed, because it never looks there again. */
    DUE,
    /** Each buyer's count is what the buyer's reservations add up to. */
    BUYERS,
    /** Each payment has bought, given back or is owed what its movements say, for ever. */
    PAYMENTS,
    /** Of an archived sale nothing is left but its last sums. */
    ARCHIVED,
    /** The database stands at the last movement that it has. */
    PROGRESS,
    /** The movements in the database are those of the ledger, up to where it stands. */
    WRITTEN,
    /** The database's row of the sale is what the movements make of it. */
    SALE,
    /** Every reservation has one order, and that is what the movements make of it. */
    ORDERS,
    /** Nothing that moved had to be left out of the orders. */
    KEPT_ASIDE;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
