package dev.seckill.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.ledger.Glance.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a sale's movements add up to, and which of them could not have been. Touches memory. */
class HistoryTest {
    private static final String ANN = "annannannannannannannA";
    private static final String BOB = "bobbobbobbobbobbobbobA";
    private static final String CID = "cidcidcidcidcidcidcidA";

    private static final int REST_MS = 500;

    private static final long DUE_MS = 1_000;

    private final Findings findings = new Findings();
    private final History history = new History(findings);

    private void move(String movement, Object... fields) {
        List<String> all = new ArrayList<>(List.of("movement", movement, "at_ms", "1000"));
        for (Object each : fields) {
            all.add(each.toString());
        }
        history.apply(Movement.of(1, history.last().seq() + 1, all));
    }

    private void create() {
        move(
                "CREATED",
                "name",
                "A concert",
                "quantity",
                10,
                "amount_minor",
                5,
                "currency",
                "EUR",
                "opens_at_ms",
                0,
                "closes_at_ms",
                0,
                "hold_ms",
                60_000,
                "limit_per_buyer",
                4,
                "rest_ms",
                REST_MS);
    }

    private void reserve(String id, String buyer, long quantity) {
        reserve(id, quantity + "|" + buyer);
    }

    private void reserve(Object... parts) {
        move("RESERVED", with(parts, "due_ms", DUE_MS, "amount_minor", 5));
    }

    private void end(String movement, String id, String buyer, long quantity, Object... more) {
        move(movement, with(new Object[] {id, quantity + "|" + buyer}, more));
    }

    private static Object[] with(Object[] parts, Object... fields) {
        return Stream.concat(Stream.of(fields), Stream.of(parts)).toArray();
    }

    private Map<String, String> sums() {
        Map<String, String> sums = new HashMap<>(history.stock());
        sums.keySet().retainAll(List.of("remaining", "returning", "reserved", "sold", "restock_at_ms"));
        return sums;
    }

    private static Map<String, String> sums(int remaining, int returning, int reserved, int sold, int restockAtMs) {
        return Map.of(
                "remaining", "" + remaining,
                "returning", "" + returning,
                "reserved", "" + reserved,
                "sold", "" + sold,
                "restock_at_ms", "" + restockAtMs);
    }

    @Test
    void putsGivenBackTicketsOnSaleAtOnceWhileAnybodyCanStillBuy() {
        create();
        reserve(ANN, "ann", 3);
        reserve(BOB, "bob", 3);

        end("EXPIRED", ANN, "ann", 3, "to", "remaining");
        move("CAPACITY_ADDED", "quantity", 5, "to", "remaining");

        assertThat(findings.shown()).isEmpty();
        assertThat(sums()).isEqualTo(sums(12, 0, 3, 0, 0));
        assertThat(history.claims().find(ANN).record()).isEqualTo("E|3|1000|0|ann");
        assertThat(history.claims().find(ANN).holder().tickets()).isZero();
    }

    @Test
    void letsGivenBackTicketsRestTogetherFromTheFirstOn() {
        create();
        reserve(ANN, "ann", 4);
        reserve(BOB, "bob", 3);

        end("CANCELLED", ANN, "ann", 4, "to", "returning");
        end("EXPIRED", BOB, "bob", 3, "to", "returning", "at_ms", 1_200);
        assertThat(sums()).isEqualTo(sums(3, 7, 0, 0, 1_000 + REST_MS));
        move("RESTOCKED", "quantity", 7, "sellable", 2, "at_ms", 2_000);

        assertThat(findings.shown()).isEmpty();
        assertThat(sums()).isEqualTo(sums(10, 0, 0, 0, 0));
    }

    /** What it brings back is what the movements said all along: to a replay only where the free tickets are is new. */
    @Test
    void takesACorrectionForWhatItSaysOfTheFreeTicketsAlone() {
        create();
        reserve(ANN, "ann", 4);

        move("CORRECTED", "was", "10|1|0|9|0", "is", "10|1|5|4|0", "reason", "why", "at_ms", 1_500);

        assertThat(findings.shown()).isEmpty();
        assertThat(sums()).isEqualTo(sums(1, 5, 4, 0, 1_500 + REST_MS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10|2|5|4|0", "10|1|4|4|0", "10|1|4|5|0", "11|2|5|4|0", "10|1|5|3|1", "10|1|5|4"})
    void findsACorrectionToSomethingElseThanTheMovementsSay(String is) {
        create();
        reserve(ANN, "ann", 4);

        move("CORRECTED", "was", "10|1|0|9|0", "is", is, "reason", "why");

        assertThat(findings.shown()).extracting(Finding::subject).containsExactly("1-3 CORRECTED");
    }

    @Test
    void findsTicketsThatRestedNotOrForNothing() {
        create();
        reserve(ANN, "ann", 2);
        end("CANCELLED", ANN, "ann", 2, "to", "returning");
        reserve(BOB, "", 7);
        move("CAPACITY_ADDED", "quantity", 1, "to", "remaining");

        assertThat(findings.shown())
                .extracting(Finding::subject)
                .containsExactly("1-3 CANCELLED", "1-5 CAPACITY_ADDED");
    }

    @Test
    void keepsPaidTicketsWithTheirBuyerAndUnderTheLimit() {
        create();
        reserve(ANN, "ann", 3);

        end("PAID", ANN, "ann", 3, "payment", "card");
        reserve(BOB, "ann", 2);

        assertThat(sums()).isEqualTo(sums(5, 0, 2, 3, 0));
        assertThat(history.claims().find(ANN).record()).startsWith("P|3|");
        assertThat(findings.shown())
                .containsExactly(new Finding(Check.LIMIT, "ann", "5 after 1-4 RESERVED", "at most 4"));
    }

    @Test
    void findsAReservationThatExpiredBeforeItWasDue() {
        create();
        reserve(ANN, "ann", 2);

        end("EXPIRED", ANN, "ann", 2, "to", "remaining", "at_ms", DUE_MS - 1);

        assertThat(findings.shown())
                .contains(new Finding(
                        Check.MOVEMENTS, "1-3 EXPIRED", "at_ms 999", "at_ms 1000 or later, when it was due"));
    }

    /** Expiry looks no further than to the first that is not due. */
    @Test
    void findsAReservationThatIsDueBeforeTheOneBeforeIt() {
        create();
        move("RESERVED", "due_ms", DUE_MS + 1, "amount_minor", 5, ANN, "1|ann");

        reserve(BOB, "bob", 1);

        assertThat(findings.shown()).extracting(Finding::subject).containsExactly("1-3 RESERVED");
    }

    @Test
    void knowsWhereMovementsStand() {
        create();
        move("STATE_CHANGED", "state", "PAUSED");
        history.apply(Movement.of(2, 3, List.of("movement", "ADOPTED", "at_ms", "1000", "run_id", "x")));

        assertThat(Stream.of("0-0", "1-1", "1-2", "2-3").map(Position::parse)).allMatch(history::has);
        assertThat(Stream.of("0-1", "1-0", "2-2", "1-3", "2-4").map(Position::parse))
                .noneMatch(history::has);
    }

    @Test
    void findsTicketsSoldWhilePausedAndASaleThatWasOpenedAfterItsEnd() {
        create();
        move("STATE_CHANGED", "state", "PAUSED");
        reserve(ANN, "ann", 2);
        move("STATE_CHANGED", "state", "CLOSED");
        move("STATE_CHANGED", "state", "OPEN");

        assertThat(findings.shown()).extracting(Finding::subject).containsExactly("1-3 RESERVED", "1-5 STATE_CHANGED");
    }

    @Test
    void endsAReservationOnce() {
        create();
        reserve(ANN, "ann", 2);
        end("EXPIRED", ANN, "ann", 2, "to", "remaining");
        Map<String, String> before = sums();

        end("EXPIRED", ANN, "ann", 2);
        end("CANCELLED", ANN, "ann", 2);
        end("PAID", ANN, "ann", 2, "payment", "card");

        assertThat(findings.shown())
                .extracting(Finding::subject)
                .containsExactly("1-4 EXPIRED", "1-5 CANCELLED", "1-6 PAID");
        assertThat(sums()).as("what could not be changes nothing").isEqualTo(before);
    }

    @Test
    void movesSeveralReservationsAtOnce() {
        create();
        reserve(ANN, "2|ann", BOB, "3|bob", CID, "4|");

        move("EXPIRED", "to", "returning", ANN, "2|ann", CID, "4|");

        assertThat(findings.shown()).isEmpty();
        assertThat(sums()).isEqualTo(sums(1, 6, 3, 0, 1_000 + REST_MS));
        assertThat(history.claims().find(ANN).record()).isEqualTo("E|2|1000|0|ann");
        assertThat(history.claims().find(BOB).record()).isEqualTo("R|3|1000|0|bob");
        assertThat(history.last().seq()).isEqualTo(3);
    }

    @Test
    void namesAReservationOnceInAMovement() {
        create();
        reserve(ANN, "2|ann", BOB, "3|bob", ANN, "2|ann");
        move("EXPIRED", "to", "remaining", BOB, "3|bob", BOB, "3|bob");

        assertThat(findings.shown()).extracting(Finding::subject).containsExactly("1-2 RESERVED", "1-3 EXPIRED");
        assertThat(sums()).isEqualTo(sums(8, 0, 2, 0, 0));
    }

    @Test
    void findsAWrongQuantityAmongSeveralAndTakesTheOthers() {
        create();
        reserve(ANN, "2|ann", BOB, "3|bob");

        move("EXPIRED", "to", "remaining", ANN, "2|ann", BOB, "2|bob");

        assertThat(findings.shown())
                .containsExactly(new Finding(Check.MOVEMENTS, "1-3 EXPIRED", BOB + " was R|3|1000|0|bob", "R|2|…|bob"));
        assertThat(sums()).isEqualTo(sums(7, 0, 3, 0, 0));
    }

    /** From there on nobody can say what should be. */
    @ParameterizedTest
    @ValueSource(strings = {"", "2", "|ann", "two|ann", "2.0|ann"})
    void endsWhereAPartCannotBeRead(String part) {
        create();

        reserve(ANN, part);

        assertThat(history.isWhole()).isFalse();
        assertThat(findings.shown()).extracting(Finding::subject).containsExactly("1-2 RESERVED");
    }

    @Test
    void endsWhereAMovementSaysMoreThanItMay() {
        create();
        reserve(ANN, "2|ann");

        move("CANCELLED", "to", "remaining", ANN, "2|ann", "short", "1|bob");

        assertThat(history.isWhole()).isFalse();
    }

    @Test
    void saysNothingOfWhatComesAfterAGap() {
        create();
        history.apply(Movement.of(1, 3, List.of("movement", "DREAMT")));
        reserve(ANN, "ann", 2);

        assertThat(history.isWhole()).isFalse();
        assertThat(findings.shown())
                .containsExactly(new Finding(Check.MOVEMENTS, "1-3 DREAMT", "seq 3 after 1", "seq 2"));
    }

    @Test
    void findsARemainderBelowNoneOnlyWhereItBegins() {
        create();

        reserve(ANN, "", 11);
        reserve(BOB, "", 1);

        assertThat(findings.shown()).extracting(Finding::subject).containsExactly("1-2 RESERVED");
    }
}
