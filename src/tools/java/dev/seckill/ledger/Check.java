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
    /** Of an archived sale nothing is left but its last sums. */
    ARCHIVED;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
