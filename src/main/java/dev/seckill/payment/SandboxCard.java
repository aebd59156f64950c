package dev.seckill.payment;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A card that the sandbox takes: its number decides what comes of it, and how the sandbox tells. */
enum SandboxCard {
    SUCCEEDS("4242 4242 4242 4242", "Succeeds at once."),
    DECLINES("4000 0000 0000 0002", "Is declined. Another card may be tried on the same page."),
    SLOW("4000 0000 0000 0010", "Succeeds after ten seconds."),
    TWICE("4000 0000 0000 0028", "Succeeds; calls back twice with the same event, and once more with another."),
    LATE("4000 0000 0000 0036", "Succeeds two seconds after the time to pay is over."),
    OUT_OF_ORDER("4000 0000 0000 0044", "Is declined, then succeeds; the calls back come the other way round."),
    SILENT("4000 0000 0000 0051", "Succeeds; never calls back."),
    SHORT("4000 0000 0000 0069", "Succeeds, but takes a cent less than is due.");

    private static final Duration SLOWLY = Duration.ofSeconds(10);
    private static final Duration LATELY = Duration.ofSeconds(2);
    private static final Duration MOMENT = Duration.ofSeconds(1);

    final String number;
    final String words;

    SandboxCard(String number, String words) {
        this.number = number;
        this.words = words;
    }

    /** By its number, with or without spaces. */
    static Optional<SandboxCard> of(String number) {
        return Stream.of(values())
                .filter(card -> plain(card.number).equals(plain(number)))
                .findAny();
    }

    private static String plain(String number) {
        return number.replace(" ", "");
    }

    boolean succeeds() {
        return this != DECLINES;
    }

    Amount takes(Amount due) {
        return this == SHORT ? new Amount(Math.max(0, due.minor() - 1), due.currency()) : due;
    }

    Instant settlesAt(Instant now, Instant until) {
        return switch (this) {
            case SLOW -> now.plus(SLOWLY);
            case LATE -> until.plus(LATELY);
            default -> now;
        };
    }

    /** A call back: what it tells, which of the payment's events it is, and when. */
    record Call(boolean succeeded, int event, Instant at) {}

    List<Call> calls(Instant settled) {
        Call success = new Call(true, 1, settled);
        return switch (this) {
            case SILENT -> List.of();
            case DECLINES -> List.of(new Call(false, 0, settled));
            case TWICE -> List.of(success, success, new Call(true, 2, settled));
            case OUT_OF_ORDER -> List.of(success, new Call(false, 0, settled.plus(MOMENT)));
            default -> List.of(success);
        };
    }
}
