package dev.seckill.ledger;

/** One thing that is wrong with a sale: what is so, and what should be. */
public record Finding(Check check, String subject, String found, String expected) {
    @Override
    public String toString() {
        return check + ": " + subject + ": found " + found + ", expected " + expected;
    }
}
