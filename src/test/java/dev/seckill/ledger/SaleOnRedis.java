package dev.seckill.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** One sale and its scripts: each method is one call of one script and answers in the script's own words. */
final class SaleOnRedis {
    /** Far more than a test takes, also if time passes faster. */
    static final long LONGEST_REST_MS = 86_400_000;

    static final Duration REST = Duration.ofMillis(LONGEST_REST_MS);

    private static final long BUDGET_MS = 10_000;

    final SaleId id;
    final Keys keys;
    private final Redis scripts;
    private final RawRedis raw;
    private final AtomicInteger attempts = new AtomicInteger();
    private final Set<String> overwritten = new HashSet<>();

    SaleOnRedis(SaleId id, Redis scripts, RawRedis raw) {
        this.id = id;
        this.keys = new Keys(id);
        this.scripts = scripts;
        this.raw = raw;
    }

    // --- buyers -----------------------------------------------------------------------------------------------------

    /** An attempt accepted now, under a key of its own. */
    Attempt attempt(String buyer, int quantity) {
        return attempt(buyer, "attempt " + attempts.incrementAndGet(), quantity);
    }

    Attempt attempt(String buyer, String key, int quantity) {
        return attempt(buyer, key, quantity, stamp(), nowMs() + BUDGET_MS);
    }

    Attempt attempt(String buyer, String key, int quantity, Stamp stamp, long deadlineMs) {
        BuyerId by = new BuyerId(buyer);
        ReservationId reservation = ReservationId.derive(id, by, new IdempotencyKey(key.replace(' ', '-')));
        return new Attempt(reservation, by, quantity, stamp, deadlineMs);
    }

    /** One that got its tickets. */
    Attempt sold(String buyer, int quantity) {
        Attempt attempt = attempt(buyer, quantity);
        assertThat(deduct(attempt)).containsExactly("RESERVED");
        return attempt;
    }

    /** The same attempt, accepted by a node that knew this. */
    static Attempt knowing(Stamp stamp, Attempt attempt) {
        return new Attempt(attempt.id(), attempt.buyer(), attempt.quantity(), stamp, attempt.deadlineMs());
    }

    static Attempt until(long deadlineMs, Attempt attempt) {
        return new Attempt(attempt.id(), attempt.buyer(), attempt.quantity(), attempt.stamp(), deadlineMs);
    }

    /** What a node that just heard of this sale knows. */
    Stamp stamp() {
        List<Object> values = raw.list("HMGET", keys.stock.get(0), "epoch", "sellable");
        return new Stamp(Long.parseLong((String) values.get(0)), Long.parseLong((String) values.get(1)));
    }

    /** Redis time, as the sale has it. */
    long nowMs() {
        List<Object> time = raw.list("TIME");
        long serverMs = Long.parseLong((String) time.get(0)) * 1000 + Long.parseLong((String) time.get(1)) / 1000;
        String seenMs = raw.text("HGET", keys.stock.get(0), "now_ms");
        return seenMs == null ? serverMs : Math.max(serverMs, Long.parseLong(seenMs));
    }

    // --- scripts ----------------------------------------------------------------------------------------------------

    Reply call(Script script, List<Object> on, Object... args) {
        return Bench.await(send(script, on, args));
    }

    CompletionStage<Reply> send(Script script, List<Object> on, Object... args) {
        return scripts.run(script, on, args);
    }

    void create(SaleDefinition sale) {
        Reply reply = call(
                Script.CREATE,
                keys.stock,
                sale.name(),
                sale.capacity(),
                sale.price().amountMinor(),
                sale.price().currency(),
                sale.opensAtMs(),
                sale.closesAtMs(),
                sale.hold().toMillis(),
                sale.limitPerBuyer(),
                LONGEST_REST_MS,
                "olga");
        assertThat(reply.verdict()).isEqualTo("CREATED");
    }

    /** One batch; an answer for each attempt, or one that holds for all. */
    List<String> deduct(Attempt... batch) {
        return deduct(List.of(batch));
    }

    List<String> deduct(List<Attempt> batch) {
        Reply reply = call(Script.DEDUCT, keys.reservations, arguments(batch));
        return reply.isOk() ? List.of(reply.text(1).split("\n", -1)) : List.of(reply.verdict());
    }

    static Object[] arguments(List<Attempt> batch) {
        return batch.stream()
                .flatMap(each -> Stream.<Object>of(
                        each.id().code(),
                        each.buyer().value(),
                        each.quantity(),
                        each.stamp().epoch(),
                        each.stamp().sellable(),
                        each.deadlineMs()))
                .toArray();
    }

    /** The buyer's own cancellation, the tickets resting for so long. */
    String release(Attempt attempt, long restMs) {
        return release(attempt, attempt.buyer().value(), restMs, true, 100);
    }

    String release(Attempt attempt, String buyer, long restMs, boolean isOwn, int mostAhead) {
        return resting(
                restMs,
                () -> first(
                        call(Script.RELEASE, keys.reservations, attempt.id().code(), buyer, isOwn ? 1 : 0, mostAhead)));
    }

    /** What comes back meanwhile rests for so long; for no time, it is over before the next script. */
    private String resting(long restMs, Supplier<String> script) {
        Object before = raw.ask("HGET", keys.stock.get(0), "rest_ms");
        if (before == null) {
            return script.get();
        }
        set("rest_ms", restMs);
        String answer = script.get();
        set("rest_ms", before);
        return answer;
    }

    /** How many were expired and the time before which nothing more is due; or one verdict. */
    List<String> expire(int most) {
        return expire(most, 1_000);
    }

    List<String> expire(int most, int mostLookedAt) {
        Reply reply = call(Script.EXPIRE, keys.reservations, most, mostLookedAt);
        return reply.isOk() ? texts(reply) : List.of(reply.verdict());
    }

    String find(Attempt attempt) {
        return first(call(Script.FIND, keys.find, attempt.id().code(), attempt.deadlineMs()));
    }

    String extend(Attempt attempt) {
        return first(call(
                Script.EXTEND,
                keys.reservations,
                attempt.id().code(),
                attempt.buyer().value()));
    }

    /** A payment of that name for it has succeeded. */
    String confirm(String payment, Attempt attempt) {
        return decide(payment, attempt, "");
    }

    /** An operator rejects a payment of that name for it. */
    String reject(String payment, Attempt attempt) {
        return decide(payment, attempt, "olga");
    }

    private String decide(String payment, Attempt attempt, String rejecting) {
        PaymentId id = payment(payment);
        return first(call(
                Script.CONFIRM,
                keys.payments,
                id.code(),
                attempt.id().code(),
                attempt.id().successor(id).code(),
                rejecting));
    }

    static PaymentId payment(String name) {
        return new PaymentId((name + "-".repeat(22)).replace(' ', '-').substring(0, 22));
    }

    /** Some tickets or '' for all that are left; they rest for so long. */
    String refund(String refund, String payment, Object tickets, long restMs) {
        return resting(
                restMs,
                () -> first(call(
                        Script.REFUND,
                        keys.payments,
                        payment(refund).code(),
                        payment(payment).code(),
                        tickets,
                        "cancelled show",
                        "olga")));
    }

    /** Tickets granted, the weight of all nodes, the number of nodes. */
    List<Long> share(String node, int weight, long leaseMs, int atLeast, int bufferPercent) {
        Reply reply = call(Script.SHARE, keys.shares, node, weight, leaseMs, atLeast, bufferPercent);
        return List.of(reply.result(0), reply.result(1), reply.result(2));
    }

    String changeState(String state) {
        return first(call(Script.CHANGE, keys.stock, state, "", "olga"));
    }

    String changeCapacity(long capacity, long restMs) {
        return resting(restMs, () -> first(call(Script.CHANGE, keys.stock, "", capacity, "olga")));
    }

    String archive() {
        return archive("", "");
    }

    /** Its movements have to be kept elsewhere, and are up to that place. */
    String archive(Object keptEpoch, Object keptSeq) {
        return first(call(Script.ARCHIVE, keys.archive, keptEpoch, keptSeq));
    }

    /** By a node that has seen so far, when every node has had its say. */
    String adopt(long knownEpoch, long knownSeq) {
        return adopt(knownEpoch, knownSeq, 0);
    }

    String adopt(long knownEpoch, long knownSeq, long waitMs) {
        return first(call(Script.ADOPT, keys.stock, knownEpoch, knownSeq, 0, waitMs, 0));
    }

    /** Any script that puts on sale what has rested. */
    void touch() {
        assertThat(changeState("")).isEqualTo("CHANGED");
    }

    private static String first(Reply reply) {
        return reply.isOk() ? reply.text(0) : reply.verdict();
    }

    private static List<String> texts(Reply reply) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < reply.size(); i++) {
            texts.add(reply.text(i));
        }
        return texts;
    }

    // --- time and books ---------------------------------------------------------------------------------------------

    /** Time passes for this sale alone. */
    void timePasses(long ms) {
        set("now_ms", nowMs() + ms);
    }

    /** A time that a test has moved ahead would stand still until the server's has come so far. */
    void timeGoesOn() {
        if (overwritten.contains("now_ms")) {
            timePasses(50);
        }
    }

    /** Time enough that nothing is held any more which is not paid. */
    void holdIsOver() {
        timePasses(Bench.HOLD.toMillis());
    }

    /** What rests has rested long enough; seen by the next script. */
    void restIsOver() {
        if (!"0".equals(raw.ask("HGET", keys.stock.get(0), "restock_at_ms"))) {
            set("restock_at_ms", 1);
        }
    }

    /** Overwrites a field of the stock, as time or a fault would. */
    void set(String field, Object value) {
        raw.ask("HSET", keys.stock.get(0), field, value);
        overwritten.add(field);
        if (field.equals("rest_ms")) {
            overwritten.add("restock_at_ms");
        }
    }

    Books books() {
        return Books.read(raw, keys).checked(id, overwritten);
    }
}
