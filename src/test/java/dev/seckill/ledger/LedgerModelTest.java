package dev.seckill.ledger;

import static dev.seckill.ledger.Bench.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.ledger.Released.Result;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.Operator;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.RefundId;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Buyers, operators and bad luck in random order, against a plain model of what a sale is. After each step the outcome
 * and the whole stock are compared, and the books are checked. Touches one Redis, and harms it.
 *
 * <p>A failure names its seed; {@code -Dseed=} plays that one again.
 */
class LedgerModelTest {
    private static final int STEPS = 90;
    private static final int TIMEOUT_MS = 300;
    private static final int BUDGET_MS = 4_000;
    private static final int LIMIT = 4;
    private static final Duration LEASE = Duration.ofHours(1);
    private static final List<String> BUYERS = List.of("ann", "bob", "cid", "dan", "eve", "");

    private static Bench bench;

    @BeforeAll
    static void begin() {
        bench = new Bench();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    static LongStream seeds() {
        Long one = Long.getLong("seed");
        return one != null ? LongStream.of(one) : LongStream.of(1, 20_251, 777_777);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyStepGivesWhatTheModelGives(long seed) {
        Run run = new Run(new Random(seed));

        for (int step = 0; step < STEPS; step++) {
            run.step("seed " + seed + ", step " + step);
        }

        assertThat(run.reserved).as("seed %s sold something", seed).isPositive();
    }

    // --- the model --------------------------------------------------------------------------------------------------

    private static final class Kept {
        final BuyerId buyer;
        final int quantity;
        int due;
        boolean isExtended;
        int refunded;
        String successor;
        ReservationStatus status;

        Kept(BuyerId buyer, int quantity, int due, ReservationStatus status) {
            this.buyer = buyer;
            this.quantity = quantity;
            this.due = due;
            this.status = status;
        }

        boolean isExpiring(int now) {
            return status == ReservationStatus.RESERVED && due <= now;
        }
    }

    private static final class Model {
        long epoch = 1;
        long seq = 1;
        long sellable = 1;
        long capacity;
        long remaining;
        long returning;
        long reserved;
        long sold;
        SaleState state = SaleState.OPEN;
        boolean restIsOver;
        /** In halves of the hold time. */
        int now;

        final Map<String, Kept> kept = new HashMap<>();
        final Map<BuyerId, Integer> held = new HashMap<>();
        /** The id of what each payment has bought, or why its money is due back. */
        final Map<PaymentId, String> decisions = new HashMap<>();

        final Map<RefundId, Integer> refunds = new HashMap<>();

        Model(long capacity) {
            this.capacity = capacity;
            this.remaining = capacity;
        }

        /** Before anything that may change the stock: what has rested is on sale. */
        void enter() {
            if (!restIsOver || returning == 0) {
                return;
            }
            restIsOver = false;
            remaining += returning;
            returning = 0;
            sellable++;
            seq++;
        }

        void giveBack(long tickets) {
            seq++;
            if (remaining >= LIMIT) {
                remaining += tickets;
            } else {
                returning += tickets;
            }
        }

        Answer deduct(Attempt attempt) {
            enter();
            Kept before = kept.get(attempt.id().code());
            int has = held.getOrDefault(attempt.buyer(), 0);
            if (before != null) {
                boolean isSame = before.quantity == 0 || before.quantity == attempt.quantity();
                return new Answer(isSame ? Outcome.ALREADY_RESERVED : Outcome.KEY_REUSED);
            }
            if (attempt.stamp().epoch() != epoch || attempt.stamp().sellable() < sellable) {
                return Answer.BUSY;
            }
            if (state != SaleState.OPEN) {
                return new Answer(Outcome.NOT_OPEN, null, state.name());
            }
            if (!attempt.buyer().isAnonymous() && has + attempt.quantity() > LIMIT) {
                return new Answer(Outcome.LIMIT_REACHED, null, "" + has);
            }
            if (remaining < attempt.quantity()) {
                return remaining == 0 ? Answer.SOLD_OUT : new Answer(Outcome.NOT_ENOUGH, null, "" + remaining);
            }
            kept.put(
                    attempt.id().code(),
                    new Kept(attempt.buyer(), attempt.quantity(), now + 2, ReservationStatus.RESERVED));
            held.merge(attempt.buyer(), attempt.quantity(), Integer::sum);
            remaining -= attempt.quantity();
            reserved += attempt.quantity();
            seq++;
            return new Answer(Outcome.RESERVED);
        }

        Result release(Attempt attempt, BuyerId buyer, boolean isOwn) {
            enter();
            Kept before = kept.get(attempt.id().code());
            if ((before == null && !isOwn) || !buyer.equals(attempt.buyer())) {
                return Result.NOT_FOUND;
            }
            if (before == null) {
                kept.put(attempt.id().code(), new Kept(buyer, 0, now, ReservationStatus.CANCELLED));
                seq++;
                return Result.CANCELLED;
            }
            if (before.status != ReservationStatus.RESERVED) {
                return Result.ALREADY_ENDED;
            }
            before.status = ReservationStatus.CANCELLED;
            held.merge(buyer, -before.quantity, Integer::sum);
            reserved -= before.quantity;
            giveBack(before.quantity);
            return Result.CANCELLED;
        }

        long expire() {
            enter();
            List<Kept> expiring =
                    kept.values().stream().filter(each -> each.isExpiring(now)).toList();
            if (!expiring.isEmpty()) {
                giveBack(expiring.stream().mapToLong(each -> each.quantity).sum());
            }
            for (Kept each : expiring) {
                each.status = ReservationStatus.EXPIRED;
                held.merge(each.buyer, -each.quantity, Integer::sum);
                reserved -= each.quantity;
            }
            return expiring.size();
        }

        Extended.Result extend(Attempt attempt) {
            enter();
            Kept before = kept.get(attempt.id().code());
            if (before == null) {
                return Extended.Result.NOT_FOUND;
            }
            if (before.status != ReservationStatus.RESERVED) {
                return Extended.Result.ALREADY_ENDED;
            }
            if (before.isExtended) {
                return Extended.Result.ALREADY_EXTENDED;
            }
            before.isExtended = true;
            before.due = now + 2;
            seq++;
            return Extended.Result.EXTENDED;
        }

        String confirm(PaymentId payment, Attempt attempt) {
            enter();
            if (!decisions.containsKey(payment)) {
                decisions.put(payment, decide(payment, attempt));
                seq++;
            }
            return decisions.get(payment);
        }

        private String decide(PaymentId payment, Attempt attempt) {
            Kept before = kept.get(attempt.id().code());
            if (before == null) {
                return "NO_RESERVATION";
            }
            if (before.status == ReservationStatus.RESERVED) {
                before.status = ReservationStatus.PAID;
                reserved -= before.quantity;
                sold += before.quantity;
                return attempt.id().code();
            }
            if (before.status == ReservationStatus.PAID) {
                return "ALREADY_PAID";
            }
            if (before.status != ReservationStatus.EXPIRED || before.successor != null) {
                return "ENDED";
            }
            if (remaining < before.quantity) {
                return "SOLD_OUT";
            }
            if (!before.buyer.isAnonymous() && held.getOrDefault(before.buyer, 0) + before.quantity > LIMIT) {
                return "LIMIT_REACHED";
            }
            before.successor = attempt.id().successor(payment).code();
            kept.put(before.successor, new Kept(before.buyer, before.quantity, now + 2, ReservationStatus.PAID));
            held.merge(before.buyer, before.quantity, Integer::sum);
            remaining -= before.quantity;
            sold += before.quantity;
            return before.successor;
        }

        Refunded refund(RefundId refund, PaymentId payment, int wanted) {
            enter();
            Kept bought = kept.get(decisions.getOrDefault(payment, ""));
            if (bought == null) {
                return new Refunded(Refunded.Result.NOT_CONFIRMED, 0, 0);
            }
            int left = bought.quantity - bought.refunded;
            if (refunds.containsKey(refund)) {
                return new Refunded(Refunded.Result.REFUNDED, refunds.get(refund), left);
            }
            int tickets = wanted == 0 ? left : wanted;
            if (tickets < 1 || tickets > left) {
                return new Refunded(Refunded.Result.NOT_ENOUGH, 0, left);
            }
            refunds.put(refund, tickets);
            bought.refunded += tickets;
            if (tickets == left) {
                bought.status = ReservationStatus.REFUNDED;
            }
            held.merge(bought.buyer, -tickets, Integer::sum);
            sold -= tickets;
            giveBack(tickets);
            return new Refunded(Refunded.Result.REFUNDED, tickets, left - tickets);
        }

        void changeState(SaleState wanted) {
            enter();
            seq += state == wanted ? 0 : 1;
            state = wanted;
        }

        void grow(long added) {
            enter();
            capacity += added;
            giveBack(added);
        }

        void adopt() {
            epoch++;
            seq++;
        }

        Map<String, String> stock() {
            Map<String, String> stock = new HashMap<>();
            stock.put("epoch", "" + epoch);
            stock.put("seq", "" + seq);
            stock.put("sellable", "" + sellable);
            stock.put("capacity", "" + capacity);
            stock.put("remaining", "" + remaining);
            stock.put("returning", "" + returning);
            stock.put("reserved", "" + reserved);
            stock.put("sold", "" + sold);
            stock.put("state", state.name());
            return stock;
        }
    }

    // --- one run ----------------------------------------------------------------------------------------------------

    private static final class Run {
        private final Random random;
        private final Model model;
        private final SaleOnRedis sale;
        private final Ledger node;
        private final List<Attempt> asked = new ArrayList<>();
        private final List<Stamp> known = new ArrayList<>(List.of(Stamp.OLDEST));
        private int keys;
        int reserved;

        Run(Random random) {
            this.random = random;
            model = new Model(5 + random.nextInt(15));
            sale = bench.sale(model.capacity, LIMIT);
            node = bench.node(bench.settings().patience(TIMEOUT_MS, BUDGET_MS));
            Bench.awaitSelling(node, sale);
        }

        void step(String where) {
            int dice = random.nextInt(100);
            String what;
            if (dice < 20) {
                what = where + ": reserve";
                reserve(what, newAttempt(), Luck.GOOD);
            } else if (dice < 26) {
                what = where + ": reserve together";
                reserveTogether(what);
            } else if (dice < 35) {
                what = where + ": ask again";
                reserve(what, again(), Luck.GOOD);
            } else if (dice < 44) {
                what = where + ": cancel";
                cancel(what, again(), Luck.GOOD);
            } else if (dice < 48) {
                what = where + ": begin to pay";
                extend(what, again());
            } else if (dice < 60) {
                what = where + ": pay";
                pay(what, again(), random.nextInt(12) == 0 ? Luck.REPLY_LOST : Luck.GOOD);
            } else if (dice < 66) {
                what = where + ": refund";
                refund(what, again(), random.nextInt(12) == 0 ? Luck.REPLY_LOST : Luck.GOOD);
            } else if (dice < 72) {
                what = where + ": time passes";
                timePasses();
            } else if (dice < 78) {
                what = where + ": the rest is over";
                sale.restIsOver();
                model.restIsOver = model.returning > 0;
            } else if (dice < 81) {
                what = where + ": expire";
                assertThat(await(node.expire(sale.id)).reservations()).as(what).isEqualTo(model.expire());
            } else if (dice < 84) {
                what = where + ": pause or resume";
                boolean pauses = model.state == SaleState.OPEN && random.nextInt(3) > 0;
                SaleState wanted = pauses ? SaleState.PAUSED : SaleState.OPEN;
                await(node.change(sale.id, new Change(wanted, null)));
                model.changeState(wanted);
            } else if (dice < 87) {
                what = where + ": more tickets";
                int added = 1 + random.nextInt(3);
                await(node.change(sale.id, new Change(null, model.capacity + added)));
                model.grow(added);
            } else if (dice < 91) {
                what = where + ": share";
                Grant grant = await(node.share(sale.id, "node", 1, LEASE, 1, 50));
                model.enter();
                assertThat(grant.tickets()).as(what).isEqualTo(model.remaining);
            } else if (dice < 94) {
                what = where + ": restart";
                bench.server.kill();
                bench.server.restart();
                Bench.awaitSelling(node, sale);
                model.adopt();
            } else if (dice < 96) {
                what = where + ": reserve, the reply is lost";
                reserve(what, random.nextBoolean() ? newAttempt() : again(), Luck.REPLY_LOST);
            } else if (dice < 98) {
                what = where + ": cancel, the reply is lost";
                cancel(what, again(), Luck.REPLY_LOST);
            } else {
                what = where + ": reserve, Redis dies";
                reserve(what, random.nextBoolean() ? newAttempt() : again(), Luck.REDIS_DIES);
            }
            if (!known.contains(new Stamp(model.epoch, model.sellable))) {
                known.add(new Stamp(model.epoch, model.sellable));
            }
            compare(what);
        }

        private Attempt newAttempt() {
            String buyer = BUYERS.get(random.nextInt(BUYERS.size()));
            Attempt attempt = sale.attempt(buyer, "key" + keys++, 1 + random.nextInt(3), stamp(), node.deadlineMs());
            asked.add(attempt);
            return attempt;
        }

        private void timePasses() {
            model.now++;
            sale.timePasses(Bench.HOLD.toMillis() / 2);
            // The node must hear of it, or what it asks from now on is late.
            await(node.show(sale.id));
        }

        /** Several in one batch, past the node. */
        private void reserveTogether(String what) {
            List<Attempt> batch = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                batch.add(random.nextBoolean() ? newAttempt() : again());
            }
            List<String> expected = new ArrayList<>();
            for (Attempt each : batch) {
                expected.add(verdict(model.deduct(each)));
            }
            int won = Collections.frequency(expected, "RESERVED");
            // One movement for all of them.
            model.seq -= Math.max(0, won - 1);
            assertThat(sale.deduct(batch).stream().map(answer -> answer.replaceFirst("(ALREADY_RESERVED):.*", "$1")))
                    .as(what)
                    .isEqualTo(expected);
            reserved += won;
        }

        private static String verdict(Answer answer) {
            if (answer.outcome() == Outcome.BUSY) {
                return "STALE";
            }
            return answer.outcome() + (answer.detail().isEmpty() ? "" : ":" + answer.detail());
        }

        /** An attempt asked before, in the same words, accepted now, or for another quantity. */
        private Attempt again() {
            if (asked.isEmpty()) {
                return newAttempt();
            }
            Attempt before = asked.get(random.nextInt(asked.size()));
            int quantity = random.nextInt(6) == 0 ? 1 + random.nextInt(3) : before.quantity();
            return new Attempt(before.id(), before.buyer(), quantity, stamp(), node.deadlineMs());
        }

        private Stamp stamp() {
            return random.nextInt(8) == 0
                    ? known.get(random.nextInt(known.size()))
                    : new Stamp(model.epoch, model.sellable);
        }

        private void reserve(String what, Attempt attempt, Luck luck) {
            CompletionStage<Answer> answered = luck.meets(() -> node.deduct(attempt), node, sale);
            Answer answer = await(answered);
            if (luck == Luck.REDIS_DIES) {
                model.adopt();
                // What was sent again may have entered the adopted sale or not; now somebody has.
                sale.touch();
                model.enter();
                boolean isKept = model.kept.containsKey(attempt.id().code());
                assertThat(answer.outcome())
                        .as(what)
                        .isIn(
                                isKept
                                        ? Set.of(
                                                Outcome.ALREADY_RESERVED,
                                                Outcome.KEY_REUSED,
                                                Outcome.BUSY,
                                                Outcome.UNKNOWN)
                                        : Set.of(Outcome.BUSY, Outcome.UNKNOWN));
                return;
            }
            Answer expected = model.deduct(attempt);
            if (luck == Luck.REPLY_LOST && expected.outcome() == Outcome.RESERVED) {
                assertThat(answer.outcome()).as(what).isIn(Outcome.RESERVED, Outcome.ALREADY_RESERVED);
            } else if (luck == Luck.REPLY_LOST
                    && Set.of(Outcome.NOT_OPEN, Outcome.LIMIT_REACHED).contains(expected.outcome())) {
                // Its first sending may still have been on the way, and what refused the second could have changed by
                // then.
                assertThat(answer.outcome()).as(what).isIn(Outcome.UNKNOWN, expected.outcome());
            } else {
                assertThat(new Answer(answer.outcome(), null, answer.detail()))
                        .as("%s %s", what, attempt)
                        .isEqualTo(expected);
            }
            if (answer.reservation() != null) {
                Kept kept = model.kept.get(attempt.id().code());
                assertThat(answer.reservation().status()).as(what).isEqualTo(kept.status);
                assertThat(answer.reservation().quantity()).as(what).isEqualTo(kept.quantity);
            }
            reserved += answer.outcome() == Outcome.RESERVED ? 1 : 0;
        }

        private void cancel(String what, Attempt attempt, Luck luck) {
            boolean isOwn = random.nextBoolean();
            BuyerId buyer = random.nextInt(6) == 0 ? new BuyerId("mallory") : attempt.buyer();
            if (buyer.isAnonymous() || (!buyer.equals(attempt.buyer()) && isOwn)) {
                // Nobody can name the nameless, and nobody else has shown the key.
                return;
            }
            Released released = await(luck.meets(() -> node.release(attempt.id(), buyer, isOwn), node, sale));
            Result expected = model.release(attempt, buyer, isOwn);
            if (luck == Luck.REPLY_LOST && expected == Result.CANCELLED) {
                assertThat(released.result()).as(what).isIn(Result.CANCELLED, Result.ALREADY_ENDED);
            } else {
                assertThat(released.result()).as(what).isEqualTo(expected);
            }
        }

        private void extend(String what, Attempt attempt) {
            // Its due date would be the same if it were reserved in this millisecond.
            pause(2);
            Extended extended = await(node.extend(attempt.id(), attempt.buyer()));
            assertThat(extended.result()).as(what).isEqualTo(model.extend(attempt));
        }

        /** One of few that there are for it. */
        private PaymentId payment(Attempt attempt) {
            return PaymentId.derive(attempt.id(), new IdempotencyKey("card" + random.nextInt(2)));
        }

        private void pay(String what, Attempt attempt, Luck luck) {
            PaymentId payment = payment(attempt);
            Decision decision = await(luck.meets(() -> node.confirm(payment, attempt.id()), node, sale));
            assertThat(decision.isConfirmed() ? decision.bought().id().code() : decision.refundDue())
                    .as(what)
                    .isEqualTo(model.confirm(payment, attempt));
        }

        private void refund(String what, Attempt attempt, Luck luck) {
            PaymentId payment = payment(attempt);
            RefundId refund = RefundId.derive(payment, new IdempotencyKey("refund" + random.nextInt(3)));
            int tickets = random.nextInt(3);
            Refunded refunded = await(luck.meets(
                    () -> node.refund(sale.id, refund, payment, tickets, "a whim", new Operator("olga")), node, sale));
            assertThat(refunded).as(what).isEqualTo(model.refund(refund, payment, tickets));
        }

        private void compare(String what) {
            Books books;
            try {
                books = sale.books();
            } catch (AssertionError e) {
                throw new AssertionError(what, e);
            }
            Map<String, String> stock = new HashMap<>(books.stock());
            stock.keySet().retainAll(model.stock().keySet());
            assertThat(stock).as(what).isEqualTo(model.stock());
            assertThat(books.reservations().keySet()).as(what).isEqualTo(model.kept.keySet());
            books.reservations().forEach((code, record) -> assertThat(ReservationStatus.ofLetter(record.charAt(0)))
                    .as("%s, %s", what, code)
                    .isEqualTo(model.kept.get(code).status));
            for (String buyer : BUYERS) {
                if (!buyer.isEmpty()) {
                    assertThat(books.held(buyer))
                            .as("%s, held by %s", what, buyer)
                            .isEqualTo(model.held
                                    .getOrDefault(new BuyerId(buyer), 0)
                                    .longValue());
                }
            }
        }
    }

    private static void pause(int ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What happens to Redis while somebody asks. */
    private enum Luck {
        GOOD,
        REPLY_LOST,
        REDIS_DIES;

        private interface Asking<T> {
            CompletionStage<T> ask();
        }

        private <T> CompletionStage<T> meets(Asking<T> asking, Ledger node, SaleOnRedis sale) {
            if (this == GOOD) {
                return asking.ask();
            }
            bench.server.freeze();
            CompletionStage<T> asked = asking.ask();
            pause(this == REPLY_LOST ? TIMEOUT_MS + 50 : 20);
            if (this == REPLY_LOST) {
                bench.server.unfreeze();
                return asked;
            }
            bench.server.kill();
            bench.server.restart();
            Bench.awaitSelling(node, sale);
            return asked;
        }
    }
}
