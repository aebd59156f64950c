package dev.seckill.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.trade.Answer;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each buyer of a batch hears, from the one text that the script answers. Touches memory. */
class DeductScriptTest {
    private static final long NOW_MS = 1_000;
    private static final long DUE_MS = 301_000;

    private static Attempt attempt(String buyer) {
        return new Attempt(
                ReservationId.random(new SaleId("sale")), new BuyerId(buyer), 2, new Stamp(1, 1), NOW_MS + 1);
    }

    private static List<Answer> answers(List<Attempt> attempts, String verdicts) {
        List<Object> values = List.of("OK", 1L, 2L, 1L, 0L, 0L, 0L, NOW_MS, 500L, 7L, DUE_MS, verdicts);
        return DeductScript.answers(attempts, new Reply(values, 0));
    }

    @Test
    void eachBuyerHearsTheLineThatIsTheirs() {
        List<Attempt> batch = Stream.of("ann", "bob", "cid", "dan", "eve", "fay", "gus", "hal")
                .map(DeductScriptTest::attempt)
                .toList();

        List<Answer> answers = answers(
                batch,
                "RESERVED\nSOLD_OUT\nALREADY_RESERVED:C|1|5|2|cid\nLATE\nKEY_REUSED\nNOT_OPEN:PAUSED\n"
                        + "LIMIT_REACHED:3\nNOT_ENOUGH:1");

        assertThat(answers)
                .containsExactly(
                        new Answer(Outcome.RESERVED, reservation(batch.get(0), 2, NOW_MS, DUE_MS, 'R'), ""),
                        Answer.SOLD_OUT,
                        new Answer(Outcome.ALREADY_RESERVED, reservation(batch.get(2), 1, 5, 7, 'C'), ""),
                        Answer.BUSY,
                        new Answer(Outcome.KEY_REUSED),
                        new Answer(Outcome.NOT_OPEN, null, "PAUSED"),
                        new Answer(Outcome.LIMIT_REACHED, null, "3"),
                        new Answer(Outcome.NOT_ENOUGH, null, "1"));
    }

    private static Reservation reservation(Attempt attempt, int quantity, long reservedAtMs, long dueMs, char letter) {
        return new Reservation(
                attempt.id(), attempt.buyer(), quantity, ReservationStatus.ofLetter(letter), reservedAtMs, dueMs);
    }

    /** Nobody is told another's answer. */
    @ParameterizedTest
    @ValueSource(strings = {"", "RESERVED", "RESERVED\n", "RESERVED\nRESERVED\nRESERVED", "RESERVED\nRESERVEDX"})
    void refusesAnswersThatAreNotOneForEach(String verdicts) {
        List<Attempt> two = List.of(attempt("ann"), attempt("bob"));

        assertThatThrownBy(() -> answers(two, verdicts)).isInstanceOf(RuntimeException.class);
    }
}
