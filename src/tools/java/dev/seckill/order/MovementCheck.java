package dev.seckill.order;

import dev.seckill.ledger.Check;
import dev.seckill.ledger.Findings;
import dev.seckill.ledger.Movement;
import dev.seckill.order.SaleTables.WrittenMovements;
import dev.seckill.trade.Place;
import java.util.function.Consumer;

/**
 * Walks along the movements of the database, beside those of the ledger where it has any, and passes on what the history is: the
 * ledger's, and the database's own where that alone goes on from the last.
 */
final class MovementCheck {
    /** A movement may have two thousand reservations. */
    private static final int LONGEST_TEXT = 300;

    private final WrittenMovements written;
    private final Findings findings;
    private final Consumer<Movement> history;
    private long seq;
    private boolean isWhole = true;

    MovementCheck(WrittenMovements written, Findings findings, Consumer<Movement> history) {
        this.written = written;
        this.findings = findings;
        this.history = history;
    }

    /** The ledger's next. */
    void ofLedger(Movement movement) {
        while (written.isBefore(movement.place())) {
            notInLedger();
        }
        String text = MovementJson.of(movement);
        if (!movement.place().equals(written.place())) {
            findings.add(
                    Check.WRITTEN,
                    subject(movement.place(), movement.kind()),
                    "nothing",
                    brief(movement.kind() + " " + text));
        } else {
            if (!isSame(movement, text)) {
                findings.add(Check.WRITTEN, subject(), found(), brief(movement.kind() + " " + text));
            }
            written.next();
        }
        pass(movement);
    }

    private boolean isSame(Movement movement, String text) {
        return movement.kind().replace('\0', '?').equals(written.kind())
                && (text.equals(written.body())
                        || movement.equals(written.movement().orElse(null)));
    }

    /** The ledger has no more. */
    void endOfLedger() {
        while (written.place() != null) {
            notInLedger();
        }
    }

    private void notInLedger() {
        findings.add(Check.WRITTEN, subject(), found(), "nothing, as in the ledger");
        if (written.place().seq() == seq + 1) {
            written.movement().ifPresent(this::pass);
        }
        written.next();
    }

    /** There is no ledger to compare with: the database's history must be whole in itself. */
    void alone() {
        while (written.place() != null && isWhole) {
            if (written.place().seq() != seq + 1) {
                findings.add(
                        Check.WRITTEN, subject(), "seq " + written.place().seq() + " after " + seq, "seq " + (seq + 1));
                isWhole = false;
            } else if (written.movement().isEmpty()) {
                findings.add(Check.WRITTEN, subject(), found(), "a movement of its kind");
                isWhole = false;
            } else {
                pass(written.movement().orElseThrow());
            }
            written.next();
        }
    }

    private void pass(Movement movement) {
        seq = movement.seq();
        history.accept(movement);
    }

    /** Whether it could be told what the history is. */
    boolean isWhole() {
        return isWhole;
    }

    private String subject() {
        return subject(written.place(), written.kind());
    }

    private String found() {
        return brief(written.kind() + " " + written.body());
    }

    private static String subject(Place place, String kind) {
        return place + " " + kind;
    }

    private static String brief(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "...";
    }
}
