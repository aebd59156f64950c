package dev.seckill.ledger;

/** A buyer and the tickets of its reservations that are not ended. */
final class Holder {
    private final String buyer;
    private long tickets;
    boolean isSeen;

    Holder(String buyer) {
        this.buyer = buyer;
    }

    String buyer() {
        return buyer;
    }

    boolean isAnonymous() {
        return buyer.isEmpty();
    }

    void hold(long change) {
        tickets += change;
    }

    long tickets() {
        return tickets;
    }

    String count() {
        return Long.toString(tickets);
    }
}
