package dev.seckill.trade;

/** Where a reservation stands. It begins RESERVED and ends exactly once. The letter is its form in the ledger. */
public enum ReservationStatus {
    RESERVED('R'),
    PAID('P'),
    CANCELLED('C'),
    EXPIRED('E'),
    REFUNDED('F');

    private final char letter;

    ReservationStatus(char letter) {
        this.letter = letter;
    }

    public static ReservationStatus ofLetter(char letter) {
        for (ReservationStatus status : values()) {
            if (status.letter == letter) {
                return status;
            }
        }
        throw new IllegalArgumentException("no status has the letter " + letter);
    }
}
