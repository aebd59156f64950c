package dev.seckill.ledger;

import static dev.seckill.ledger.Bench.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.ledger.Movement.Part;
import dev.seckill.ledger.Released.Result;
import dev.seckill.ledger.SaleRefused.Reason;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleState;
import dev.seckill.trade.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What buyers and operators hear from the ledger of a node, or of two. Touches one Redis. */
class LedgerTest {

    private static Bench bench;
    private static Ledger node;

    @BeforeAll
    static void begin() {
        bench = new Bench();
        node = bench.node(bench.settings().mostCancelledAhead(1));
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    private static Answer deduct(Attempt attempt) {
        return await(node.deduct(attempt));
    }

    // --- purchase ---------------------------------------------------------------------------------------------------

    @Test
    void tellsABuyerWhatIsReservedAndUntilWhen() {
        SaleOnRedis sale = bench.sale(10, 2);
        Attempt attempt = sale.attempt("ann", 2);

        Answer first = deduct(attempt);
        Answer again = deduct(attempt);

        assertThat(first.outcome()).isEqualTo(Outcome.RESERVED);
        Reservation reserved = first.reservation();
        assertThat(reserved.id()).isEqualTo(attempt.id());
        assertThat(reserved.buyer()).isEqualTo(new BuyerId("ann"));
        assertThat(reserved.quantity()).isEqualTo(2);
        assertThat(reserved.status()).isEqualTo(ReservationStatus.RESERVED);
        assertThat(reserved.dueMs() - reserved.reservedAtMs()).isEqualTo(Bench.HOLD.toMillis());
        assertThat(again).isEqualTo(new Answer(Outcome.ALREADY_RESERVED, reserved, ""));
        assertThat(sale.books().number("reserved")).isEqualTo(2);
    }

    @Test
    void tellsABuyerWhyNothingIsReserved() {
        SaleOnRedis sale = bench.sale(3, 2);
        assertThat(deduct(sale.attempt("ann", "key", 2)).outcome()).isEqualTo(Outcome.RESERVED);

        assertThat(deduct(sale.attempt("ann", "key", 1))).isEqualTo(new Answer(Outcome.KEY_REUSED));
        assertThat(deduct(sale.attempt("ann", 1))).isEqualTo(new Answer(Outcome.LIMIT_REACHED, null, "2"));
        assertThat(deduct(sale.attempt("bob", 2))).isEqualTo(new Answer(Outcome.NOT_ENOUGH, null, "1"));
        assertThat(deduct(SaleOnRedis.knowing(new Stamp(1, 0), sale.attempt("bob", 1))))
                .isEqualTo(Answer.BUSY);
        assertThat(deduct(SaleOnRedis.until(1, sale.attempt("bob", 1)))).isEqualTo(Answer.BUSY);
        assertThat(deduct(sale.attempt("bob", 1)).outcome()).isEqualTo(Outcome.RESERVED);
        assertThat(deduct(sale.attempt("cid", 1))).isEqualTo(Answer.SOLD_OUT);
        sale.changeState("PAUSED");
        assertThat(deduct(sale.attempt("cid", 1))).isEqualTo(new Answer(Outcome.NOT_OPEN, null, "PAUSED"));

        assertThat(sale.books().number("remaining")).isZero();
    }

    @Test
    void tellsABuyerThatThereIsNoSuchSale() {
        SaleOnRedis nothing = new SaleOnRedis(Bench.definition(1, 1, 0, 0).id(), bench.scripts, bench.raw);

        assertThat(deduct(nothing.attempt("ann", "key", 1, Stamp.OLDEST, node.deadlineMs())))
                .isEqualTo(Answer.NO_SALE);
        assertThat(await(node.show(nothing.id))).isEmpty();
    }

    @Test
    void sellsEachTicketOnceThroughTwoNodesInARush() {
        SaleOnRedis sale = bench.sale(300, 1);
        Ledger other = bench.node(bench.settings());
        Stamp stamp = sale.stamp();
        long deadlineMs = sale.nowMs() + 10_000;
        List<Attempt> attempts = IntStream.range(0, 700)
                .mapToObj(i -> sale.attempt("buyer" + i, "key", 1, stamp, deadlineMs))
                .toList();

        List<CompletionStage<Answer>> asked = new ArrayList<>();
        for (Attempt attempt : attempts) {
            asked.add(node.deduct(attempt));
            asked.add(other.deduct(attempt));
        }
        Map<Outcome, Long> heard =
                asked.stream().map(Bench::await).collect(Collectors.groupingBy(Answer::outcome, Collectors.counting()));

        assertThat(heard)
                .containsOnly(
                        Map.entry(Outcome.RESERVED, 300L),
                        Map.entry(Outcome.ALREADY_RESERVED, 300L),
                        Map.entry(Outcome.SOLD_OUT, 800L));
        assertThat(sale.books().reservations()).hasSize(300);
    }

    @Test
    void sendsTogetherWhatComesTogether() {
        SaleOnRedis sale = bench.sale(1_000, 1);
        ConcurrentLinkedQueue<Integer> sizes = new ConcurrentLinkedQueue<>();
        Ledger counting = new Ledger(
                bench.settings().batches(50, 4096).config(), (attempts, nanos) -> sizes.add(attempts), Runnable::run);
        counting.tend();
        Stamp stamp = sale.stamp();
        long deadlineMs = sale.nowMs() + 10_000;

        List<CompletionStage<Answer>> asked = IntStream.range(0, 500)
                .mapToObj(i -> counting.deduct(sale.attempt("buyer" + i, "key", 1, stamp, deadlineMs)))
                .toList();
        assertThat(asked.stream().map(Bench::await).map(Answer::outcome)).containsOnly(Outcome.RESERVED);
        counting.close();

        assertThat(sizes.stream().mapToInt(Integer::intValue).sum()).isEqualTo(500);
        assertThat(sizes).allMatch(size -> size <= 50).hasSizeLessThan(100);
    }

    // --- cancelling and looking up ----------------------------------------------------------------------------------

    @Test
    void tellsABuyerWhatBecameOfACancellation() {
        SaleOnRedis sale = bench.sale(10, 2);
        Attempt attempt = sale.attempt("ann", 2);
        assertThat(deduct(attempt).outcome()).isEqualTo(Outcome.RESERVED);

        assertThat(await(node.release(attempt.id(), new BuyerId("bob"), false)))
                .isEqualTo(new Released(Result.NOT_FOUND, null));
        Released first = await(node.release(attempt.id(), attempt.buyer(), false));
        Released second = await(node.release(attempt.id(), attempt.buyer(), false));

        assertThat(first.result()).isEqualTo(Result.CANCELLED);
        assertThat(first.reservation().status()).isEqualTo(ReservationStatus.CANCELLED);
        assertThat(second).isEqualTo(new Released(Result.ALREADY_ENDED, first.reservation()));
        assertThat(await(node.find(attempt.id(), attempt.deadlineMs())).reservation())
                .isEqualTo(first.reservation());
        assertThat(deduct(attempt)).isEqualTo(new Answer(Outcome.ALREADY_RESERVED, first.reservation(), ""));
        assertThat(sale.books().number("remaining")).isEqualTo(10);
    }

    @Test
    void keepsCancellationsAheadOfTheirReserveUpToTheConfiguredBound() {
        SaleOnRedis sale = bench.sale(10, 2);
        Attempt ann = sale.attempt("ann", 2);
        Attempt bob = sale.attempt("bob", 2);

        assertThat(await(node.release(ann.id(), ann.buyer(), true)).result()).isEqualTo(Result.CANCELLED);
        assertThat(await(node.release(bob.id(), bob.buyer(), true)).result()).isEqualTo(Result.BUSY);

        assertThat(deduct(ann).reservation().status()).isEqualTo(ReservationStatus.CANCELLED);
        assertThat(deduct(bob).outcome()).isEqualTo(Outcome.RESERVED);
        sale.books();
    }

    @Test
    void findsNothingForSureOnceTheDeadlineIsBehind() {
        SaleOnRedis sale = bench.sale(10, 2);
        Attempt attempt = sale.attempt("ann", 2);

        Found found = await(node.find(attempt.id(), attempt.deadlineMs()));

        assertThat(found.reservation()).isNull();
        assertThat(found.nowMs()).isLessThan(attempt.deadlineMs());
        assertThat(deduct(SaleOnRedis.until(found.nowMs() - 1, attempt))).isEqualTo(Answer.BUSY);
    }

    @Test
    void readsMovementsInOrderFromAPositionOn() {
        SaleOnRedis sale = bench.sale(10, 2);
        for (String buyer : List.of("ann", "bob", "cid")) {
            assertThat(deduct(sale.attempt(buyer, 1)).outcome()).isEqualTo(Outcome.RESERVED);
        }

        List<Movement> all = await(node.movements(sale.id, Standing.NONE));
        List<Movement> some = await(node.movements(sale.id, new Standing(1, 2, 0, 0, 0)));

        assertThat(all).extracting(Movement::seq).containsExactly(1L, 2L, 3L, 4L);
        assertThat(all).flatExtracting(Movement::parts).extracting(Part::buyer).containsExactly("ann", "bob", "cid");
        assertThat(some).flatExtracting(Movement::parts).extracting(Part::buyer).containsExactly("bob", "cid");
        List<String> buyers = new ArrayList<>();
        await(node.buyers(sale.id, 1, buyers::add));
        assertThat(buyers).containsExactlyInAnyOrder("ann", "bob", "cid");
    }

    // --- sales ------------------------------------------------------------------------------------------------------

    @Test
    void createsASaleOnceAndShowsItAsItStands() {
        SaleDefinition definition = Bench.definition(10, 2, 0, 0);

        await(node.create(definition, SaleOnRedis.REST));
        assertThatThrownBy(() -> await(node.create(definition, SaleOnRedis.REST)))
                .hasCauseInstanceOf(SaleRefused.class)
                .hasMessageContaining("SALE_EXISTS");

        assertThat(await(node.sales())).contains(definition.id());
        Sale shown = await(node.show(definition.id())).orElseThrow();
        assertThat(shown.name()).isEqualTo(definition.name());
        assertThat(shown.price()).isEqualTo(definition.price());
        assertThat(shown.hold()).isEqualTo(definition.hold());
        assertThat(shown.limitPerBuyer()).isEqualTo(2);
        assertThat(shown.state()).isEqualTo(SaleState.OPEN);
        assertThat(shown.capacity()).isEqualTo(10);
        assertThat(shown.standing()).isEqualTo(new Standing(1, 1, 1, 10, 0));
        assertThat(shown.recovering()).isFalse();
    }

    @Test
    void tellsAnOperatorWhyASaleDoesNotChange() {
        SaleOnRedis sale = bench.sale(10, 2);
        Attempt attempt = sale.attempt("ann", 2);
        assertThat(deduct(attempt).outcome()).isEqualTo(Outcome.RESERVED);

        assertThat(refusal(sale, new Change(null, 9L))).isEqualTo(new Refusal(Reason.CAPACITY_CUT, "10"));
        assertThat(refusal(sale, new Change(SaleState.ARCHIVED, null))).isEqualTo(new Refusal(Reason.STILL_OPEN, ""));
        await(node.change(sale.id, new Change(SaleState.CLOSED, 12L)));
        assertThat(refusal(sale, new Change(SaleState.OPEN, null))).isEqualTo(new Refusal(Reason.SALE_CLOSED, ""));
        assertThat(refusal(sale, new Change(SaleState.ARCHIVED, null)))
                .isEqualTo(new Refusal(Reason.STILL_RESERVED, "2"));
        assertThat(sale.books().number("remaining")).isEqualTo(10);
        await(node.release(attempt.id(), attempt.buyer(), false));
        await(node.change(sale.id, new Change(SaleState.ARCHIVED, null)));
        await(node.change(sale.id, new Change(SaleState.ARCHIVED, null)));

        assertThat(refusal(sale, new Change(SaleState.OPEN, null))).isEqualTo(new Refusal(Reason.NO_SALE, ""));
        assertThat(await(node.show(sale.id)).orElseThrow().state()).isEqualTo(SaleState.ARCHIVED);
    }

    private record Refusal(Reason reason, String detail) {}

    private static Refusal refusal(SaleOnRedis sale, Change change) {
        Throwable fault = await(node.change(sale.id, change).handle((done, thrown) -> thrown));
        SaleRefused refused = (SaleRefused) fault.getCause();
        return new Refusal(refused.reason(), refused.detail());
    }

    @Test
    void tellsItsListenerHowASaleStoodWithEveryReply() {
        SaleOnRedis sale = bench.sale(10, 2);
        Ledger listened = bench.node(bench.settings());
        ConcurrentLinkedQueue<Heard> heard = new ConcurrentLinkedQueue<>();
        listened.onHeard(heard::add);
        long beforeNanos = System.nanoTime();

        await(listened.deduct(sale.attempt("ann", 2)));

        assertThat(heard).singleElement().satisfies(each -> {
            assertThat(each.sale()).isEqualTo(sale.id);
            assertThat(each.standing()).isEqualTo(new Standing(1, 2, 1, 8, 0));
            assertThat(each.sentAtNanos() - beforeNanos).isNotNegative();
            assertThat(System.nanoTime() - each.sentAtNanos()).isNotNegative();
        });
    }
}
