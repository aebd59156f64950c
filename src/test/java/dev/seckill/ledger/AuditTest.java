package dev.seckill.ledger;

import static dev.seckill.ledger.Bench.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.ledger.SaleAudit.ComparedWith;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an audit says of a sale that is right, and of one in which somebody has overwritten something. Touches one Redis. */
class AuditTest {
    private static final long AN_HOUR = SaleOnRedis.LONGEST_REST_MS;
    private static final long HOLD_MS = Bench.HOLD.toMillis();

    /** After all others. */
    private static final long DUE_MS = 9_000_000_000_000L;

    private static final String SUM = "remaining + returning + reserved + sold";

    /** Of the story's reservations. */
    private static final Map<ReservationStatus, Long> STATUSES =
            Map.of(ReservationStatus.RESERVED, 2L, ReservationStatus.CANCELLED, 4L, ReservationStatus.EXPIRED, 2L);

    private static Bench bench;
    private static Auditor auditor;

    @BeforeAll
    static void begin() {
        // So many stories; none of them is about a disk.
        bench = new Bench("appendfsync no");
        auditor = Auditor.open(bench.server.address(), Optional.empty(), Optional.empty(), progress -> {});
    }

    @AfterAll
    static void end() {
        auditor.close();
        bench.close();
    }

    /** A sale in which everything has happened that can, and a hand that reaches into it. */
    private static final class Story {
        final SaleOnRedis sale = bench.sale(15, 5);
        final String stock = key(0);
        final String movements = key(1);
        final String reservations = key(2);
        final String buyers = key(3);
        final String payments = key(5);
        final Attempt zoe = sale.attempt("zoe", 1);
        final Attempt ann = sale.attempt("ann", 5);
        final Attempt bob = sale.attempt("bob", 1);
        final Attempt nameless = sale.attempt("", 3);
        final Attempt cid = sale.attempt("cid", 4);
        final Attempt dan = sale.attempt("dan", 1);
        final Attempt eve = sale.attempt("eve", 1);
        final Attempt fay = sale.attempt("fay", 1);
        final Attempt gus = sale.attempt("gus", 1);
        final Attempt hal = sale.attempt("hal", 1);

        Story() {
            assertThat(sale.deduct(zoe)).containsExactly("RESERVED");
            sale.release(zoe, 0);
            assertThat(sale.deduct(eve, fay)).containsOnly("RESERVED");
            sale.timePasses(HOLD_MS - 1);
            assertThat(sale.deduct(waiting(ann), waiting(bob), waiting(nameless), waiting(cid)))
                    .containsOnly("RESERVED");
            sale.release(bob, 0);
            sale.changeState("PAUSED");
            sale.changeState("OPEN");
            ask("HSET", stock, "run_id", "another");
            assertThat(sale.adopt(0, 0)).isEqualTo("ADOPTED");
            sale.changeCapacity(20, AN_HOUR);
            sale.release(dan, 0);
            sale.release(cid, AN_HOUR);
            sale.timePasses(1);
            assertThat(sale.expire(10)).first().isEqualTo("2");
            sale.share("node", 1, 60_000, 1, 0);
        }

        private Attempt waiting(Attempt attempt) {
            return SaleOnRedis.until(sale.nowMs() + 10_000, attempt);
        }

        private String key(int i) {
            return sale.keys.archive.get(i).toString();
        }

        Object ask(Object... words) {
            return bench.raw.ask(words);
        }

        void stock(String field, Object value) {
            ask("HSET", stock, field, value);
        }

        void record(Attempt attempt, String pattern, String replacement) {
            String record = bench.raw.text("HGET", reservations, attempt.id().code());
            assertThat(record).containsPattern(pattern);
            ask("HSET", reservations, attempt.id().code(), record.replaceFirst(pattern, replacement));
        }

        /** One more movement, as a script would write it. */
        void move(String movement, Object... fields) {
            long atMs = sale.nowMs() + 1_000;
            stock("now_ms", atMs);
            long seq = (Long) ask("HINCRBY", stock, "seq", 1);
            write("2-" + seq, movement, atMs, fields);
        }

        void write(String id, String movement, long atMs, Object... fields) {
            List<Object> words = new ArrayList<>(List.of("XADD", movements, id, "movement", movement, "at_ms", atMs));
            words.addAll(List.of(fields));
            ask(words.toArray());
        }

        /** A reservation written past deduct.lua, rightly everywhere. */
        void reserve(String buyer, long quantity) {
            reserve(buyer, quantity, 4_500);
        }

        void reserve(String buyer, long quantity, long amountMinor) {
            reserve(buyer, quantity, amountMinor, DUE_MS);
        }

        void reserve(String buyer, long quantity, long amountMinor, long dueMs) {
            String id = sale.attempt(buyer, 1).id().code();
            move("RESERVED", "due_ms", dueMs, "amount_minor", amountMinor, id, quantity + "|" + buyer);
            record(id, buyer, quantity, dueMs);
        }

        private void record(String id, String buyer, long quantity, long dueMs) {
            ask(
                    "HSET",
                    reservations,
                    id,
                    "R|" + quantity + "|" + lastAtMs() + "|" + (dueMs - lastAtMs()) + "|" + buyer);
            ask("HINCRBY", stock, "remaining", -quantity);
            ask("HINCRBY", stock, "taken", quantity);
            ask("HINCRBY", stock, "reserved", quantity);
            if (!buyer.isEmpty()) {
                ask("HINCRBY", buyers, buyer, quantity);
            }
        }

        /** A ticket each for gus and hal, in one movement that says this of them. */
        void reserveTwo(Object... parts) {
            List<Object> fields = new ArrayList<>(List.of("due_ms", DUE_MS, "amount_minor", 4_500));
            fields.addAll(List.of(parts));
            move("RESERVED", fields.toArray());
            record(gus.id().code(), "gus", 1, DUE_MS);
            record(hal.id().code(), "hal", 1, DUE_MS);
        }

        String gus() {
            return gus.id().code();
        }

        String hal() {
            return hal.id().code();
        }

        long lastAtMs() {
            return Long.parseLong(bench.raw.text("HGET", stock, "now_ms"));
        }

        void end(String movement, Attempt attempt, long quantity) {
            end(movement, attempt, attempt.buyer().value(), quantity);
        }

        void end(String movement, Attempt attempt, String buyer, long quantity) {
            String id = attempt.id().code();
            move(movement, "to", "returning", id, quantity + "|" + buyer);
        }

        void giveBackWithoutRest() {
            move("CANCELLED", "to", "remaining", ann.id().code(), "5|ann");
            record(ann, "^R", "C");
            ask("HSET", buyers, "ann", 0);
            stock("remaining", 6);
            stock("reserved", 3);
        }

        void archive() {
            sale.release(ann, 0);
            sale.release(nameless, 0);
            sale.changeState("CLOSED");
            assertThat(sale.archive()).isEqualTo("ARCHIVED");
        }

        SaleAudit audit() {
            return auditor.audit(sale.id).orElseThrow();
        }

        /** Each finding's check and subject, reservations by their buyers' names. */
        List<String> findings() {
            return audit().findings().stream()
                    .map(each -> each.check() + " " + nameOf(each.subject()))
                    .toList();
        }

        private String nameOf(String subject) {
            return Stream.of(ann, bob, cid, dan, gus, hal, nameless)
                    .filter(each -> each.id().code().equals(subject))
                    .findAny()
                    .map(each ->
                            each.buyer().isAnonymous() ? "nobody" : each.buyer().value())
                    .orElse(subject.replace(sale.id.value(), "sale"));
        }
    }

    // --- right ------------------------------------------------------------------------------------------------------

    @Test
    void findsNothingWrongWithASaleInWhichEverythingHasHappened() {
        Story story = new Story();

        SaleAudit audit = story.audit();

        assertThat(audit.findings()).isEmpty();
        assertThat(audit.isOk()).isTrue();
        assertThat(audit.comparedWith()).isEqualTo(ComparedWith.MOVEMENTS);
        assertThat(audit.state()).isEqualTo("OPEN");
        assertThat(audit.epoch()).isEqualTo(2);
        assertThat(audit.seq()).isEqualTo(14);
        assertThat(audit.sums())
                .isEqualTo(Map.of("capacity", 20L, "remaining", 1L, "returning", 11L, "reserved", 8L, "sold", 0L));
        assertThat(audit.reservations()).isEqualTo(STATUSES);
    }

    @Test
    void findsNothingWrongWithAReservationThatIsWrittenRightlyEverywhere() {
        Story story = new Story();

        story.sale.restIsOver();
        story.sale.touch();
        story.reserve("eve", 1);
        story.reserveTwo(story.gus(), "1|gus", story.hal(), "1|hal");

        assertThat(story.findings()).isEmpty();
    }

    @Test
    void findsNothingWrongWithAnArchivedSale() {
        Story story = new Story();
        story.archive();

        SaleAudit audit = story.audit();

        assertThat(audit.findings()).isEmpty();
        assertThat(audit.state()).isEqualTo("ARCHIVED");
        assertThat(audit.sums()).containsEntry("remaining", 20L);
    }

    @Test
    void knowsNoSaleThatIsNotThere() {
        assertThat(auditor.audit(Bench.definition(1, 1, 0, 0).id())).isEmpty();
    }

    @Test
    void namesTheSalesThatNodesHaveCreated() {
        Ledger node = bench.node(bench.settings().notDurable());
        SaleDefinition created = Bench.definition(1, 1, 0, 0);
        await(node.create(created, SaleOnRedis.REST));

        assertThat(auditor.sales()).contains(created.id());
    }

    /** More than a page of everything, and a Redis encoding for many. */
    @Test
    void readsALargeSaleToItsEnd() {
        SaleOnRedis sale = bench.sale(3_000, 1);
        Stamp stamp = sale.stamp();
        for (int batch = 0; batch < 6; batch++) {
            List<Attempt> attempts = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                attempts.add(sale.attempt("buyer" + batch + "-" + i, "key", 1, stamp, Long.MAX_VALUE / 1_000_000));
            }
            assertThat(sale.deduct(attempts)).containsOnly("RESERVED");
        }
        assertThat(auditor.audit(sale.id).orElseThrow().findings()).isEmpty();

        bench.raw.ask("HSET", sale.keys.stock.get(0), "expired_to", "1-7");
        SaleAudit audit = auditor.audit(sale.id).orElseThrow();

        assertThat(audit.reservations()).isEqualTo(Map.of(ReservationStatus.RESERVED, 2_400L));
        assertThat(audit.findings()).hasSize(20).allMatch(each -> each.check() == Check.DUE);
        assertThat(audit.more()).isEqualTo(Map.of(Check.DUE, 2_380));
    }

    // --- wrong ------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource("harms")
    void findsEachHarmAndNothingElse(Harm harm) {
        Story story = new Story();

        harm.hand.harm(story);

        assertThat(story.findings()).containsExactlyInAnyOrderElementsOf(harm.expected);
    }

    @Test
    void tellsWhatIsThereAndWhatShouldBe() {
        Story story = new Story();
        story.ask("HSET", story.buyers, "ann", 4);

        List<Finding> findings = story.audit().findings();

        assertThat(findings).containsExactly(new Finding(Check.BUYERS, "ann", "4", "5"));
    }

    @Test
    void comparesASaleWithABrokenHistoryWithItsOwnReservations() {
        Story story = new Story();
        story.ask("DEL", story.movements);
        story.ask("HINCRBY", story.buyers, "ann", 1);
        story.ask("HSET", story.stock, "reserved", 9, "remaining", 0);

        SaleAudit audit = story.audit();

        assertThat(audit.comparedWith()).isEqualTo(ComparedWith.RECORDS);
        assertThat(audit.findings())
                .extracting(each -> each.check() + " " + each.subject() + " " + each.found())
                .containsExactlyInAnyOrder("movements the last 0-0", "sums reserved 9", "buyers ann 6");
        assertThat(audit.reservations()).isEqualTo(STATUSES);
    }

    /** One thing done wrong, and all that is to be found then. */
    private record Harm(String name, Hand hand, List<String> expected) {
        interface Hand {
            void harm(Story story);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Harm harm(String name, Harm.Hand hand, String... expected) {
        return new Harm(name, hand, List.of(expected));
    }

    static Stream<Harm> harms() {
        return Stream.of(
                        harmsToTheStock(),
                        harmsToTheTables(),
                        harmsToTheHistory(),
                        harmsToPayments(),
                        harmsToTheArchive())
                .flatMap(each -> each);
    }

    private static Stream<Harm> harmsToTheStock() {
        return Stream.of(
                harm("a ticket too few", s -> s.stock("remaining", 0), "sums " + SUM, "stock remaining"),
                harm("a ticket too many", s -> s.stock("reserved", 9), "sums " + SUM, "stock reserved"),
                harm("capacity without tickets", s -> s.stock("capacity", 21), "sums " + SUM, "stock capacity"),
                harm(
                        "sold without a payment",
                        s -> {
                            s.stock("reserved", 7);
                            s.stock("sold", 1);
                        },
                        "stock reserved",
                        "stock sold"),
                harm(
                        "fewer than none left",
                        s -> {
                            s.stock("remaining", -1);
                            s.stock("capacity", 18);
                        },
                        "sums remaining",
                        "stock remaining",
                        "stock capacity"),
                harm("no number", s -> s.stock("sold", "many"), "sums sold", "sums " + SUM, "stock sold"),
                harm("a field gone", s -> s.ask("HDEL", s.stock, "sellable"), "stock sellable"),
                harm("a rest without an end", s -> s.stock("restock_at_ms", 0), "stock restock_at_ms"),
                harm("another sellable", s -> s.stock("sellable", 4), "stock sellable"),
                harm("another state", s -> s.stock("state", "CLOSED"), "stock state"),
                harm("another epoch", s -> s.stock("epoch", 3), "stock epoch"),
                harm("another limit", s -> s.stock("limit_per_buyer", 6), "stock limit_per_buyer"),
                harm("another price", s -> s.stock("amount_minor", 1), "stock amount_minor"),
                harm("cancellations not counted", s -> s.stock("cancelled_ahead", 0), "stock cancelled_ahead"),
                harm("time gone back", s -> s.stock("now_ms", 1), "stock now_ms"),
                harm("a seq too low", s -> s.stock("seq", 13), "stock seq"),
                harm("a seq too high", s -> s.stock("seq", 15), "movements the last"),
                harm("the stock gone", s -> s.ask("DEL", s.stock), "keys stock"));
    }

    private static Stream<Harm> harmsToTheTables() {
        return Stream.of(
                harm("a lost end", s -> s.record(s.bob, "^C", "R"), "reservations bob"),
                harm("an end that never was", s -> s.record(s.ann, "^R", "C"), "reservations ann"),
                harm("another quantity", s -> s.record(s.ann, "\\|5\\|", "|1|"), "reservations ann"),
                harm("another buyer", s -> s.record(s.ann, "ann$", "mallory"), "reservations ann"),
                harm("another due date in it", s -> s.record(s.ann, "\\d\\|ann", "x|ann"), "reservations ann"),
                harm("a record cut short", s -> s.record(s.ann, "\\|5.*", ""), "reservations ann"),
                harm(
                        "a reservation gone",
                        s -> s.ask("HDEL", s.reservations, s.ann.id().code()),
                        "reservations ann"),
                harm(
                        "a reservation from nowhere",
                        s -> s.ask("HSET", s.reservations, "nowhere", "R|1|1|2|eve"),
                        "reservations nowhere"),
                harm("expiry past what is reserved", s -> s.stock("expired_to", "1-5"), "due ann", "due nobody"),
                harm("expiry past all", s -> s.stock("expired_to", "2-14"), "due ann", "due nobody"),
                harm("expiry past what is to come", s -> s.stock("expired_to", "2-15"), "stock expired_to"),
                harm("expiry in another epoch", s -> s.stock("expired_to", "2-4"), "stock expired_to"),
                harm("expiry nowhere", s -> s.stock("expired_to", "x"), "stock expired_to"),
                harm("expiry forgotten", s -> s.ask("HDEL", s.stock, "expired_to"), "stock expired_to"),
                harm("a buyer with too few", s -> s.ask("HINCRBY", s.buyers, "ann", -1), "buyers ann"),
                harm("a buyer with too many", s -> s.ask("HINCRBY", s.buyers, "bob", 1), "buyers bob"),
                harm("a buyer forgotten", s -> s.ask("HDEL", s.buyers, "bob"), "buyers bob"),
                harm("a buyer from nowhere", s -> s.ask("HSET", s.buyers, "gus", 0), "buyers gus"),
                harm("the nameless counted", s -> s.ask("HSET", s.buyers, "", 3), "buyers "),
                harm("buyers of another type", s -> s.ask("SET", s.buyers, "ann"), "keys seckill:{sale}:buyers"));
    }

    private static Stream<Harm> harmsToTheHistory() {
        return Stream.of(
                harm("a movement lost", s -> s.ask("XDEL", s.movements, "1-4"), "movements 1-5 RESERVED"),
                harm("the beginning lost", s -> s.ask("XDEL", s.movements, "1-1"), "movements 1-2 RESERVED"),
                harm("the end lost", s -> s.ask("XDEL", s.movements, "2-14"), "movements the last"),
                harm("all lost", s -> s.ask("DEL", s.movements), "movements the last"),
                harm(
                        "a gap",
                        s -> {
                            s.write("2-16", "STATE_CHANGED", s.lastAtMs(), "state", "OPEN");
                            s.stock("seq", 16);
                        },
                        "movements 2-16 STATE_CHANGED"),
                harm("an unknown movement", s -> s.move("DREAMT"), "movements 2-15 DREAMT"),
                harm("a movement cut short", s -> s.move("RESERVED"), "movements 2-15 RESERVED"),
                harm("created twice", s -> s.move("CREATED"), "movements 2-15 CREATED"),
                harm(
                        "reserved twice",
                        s -> s.move(
                                "RESERVED",
                                "due_ms",
                                DUE_MS,
                                "amount_minor",
                                4_500,
                                s.ann.id().code(),
                                "2|ann"),
                        "movements 2-15 RESERVED"),
                harm(
                        "reserved twice at once",
                        s -> twoMore(s).reserveTwo(s.gus(), "1|gus", s.hal(), "1|hal", s.gus(), "1|gus"),
                        "movements 2-16 RESERVED"),
                harm(
                        "another quantity among others",
                        s -> twoMore(s).reserveTwo(s.gus(), "1|gus", s.hal(), "2|hal"),
                        "reservations hal",
                        "buyers hal",
                        "stock remaining",
                        "stock reserved",
                        "stock taken"),
                harm(
                        "a reservation missing among others",
                        s -> twoMore(s).reserveTwo(s.gus(), "1|gus"),
                        "reservations hal",
                        "buyers hal",
                        "stock remaining",
                        "stock reserved",
                        "stock taken"),
                harm(
                        "a reservation too many among others",
                        s -> twoMore(s).reserveTwo(s.gus(), "1|gus", s.hal(), "1|hal", "x".repeat(22), "1|gus"),
                        "reservations " + "x".repeat(22),
                        "buyers gus",
                        "stock remaining",
                        "stock reserved",
                        "stock taken"),
                harm("cancelled twice", s -> s.end("CANCELLED", s.bob, 1), "movements 2-15 CANCELLED"),
                harm("paid after its end", s -> s.end("PAID", s.bob, 1), "movements 2-15 PAID"),
                harm(
                        "cancelled but never reserved",
                        s -> s.end("CANCELLED", s.sale.attempt("eve", 1), 1),
                        "movements 2-15 CANCELLED"),
                harm(
                        "cancelled by somebody else",
                        s -> s.end("CANCELLED", s.ann, "bob", 5),
                        "movements 2-15 CANCELLED"),
                harm("more cancelled than reserved", s -> s.end("CANCELLED", s.ann, 6), "movements 2-15 CANCELLED"),
                harm(
                        "time going back",
                        s -> {
                            s.stock("seq", 15);
                            s.write("2-15", "STATE_CHANGED", 1, "state", "OPEN");
                        },
                        "movements 2-15 STATE_CHANGED"),
                harm(
                        "an epoch that nobody adopted",
                        s -> {
                            s.stock("seq", 15);
                            s.stock("epoch", 3);
                            s.write("3-15", "STATE_CHANGED", s.lastAtMs(), "state", "OPEN");
                        },
                        "movements 3-15 STATE_CHANGED"),
                harm("adopted in the same epoch", s -> s.move("ADOPTED", "run_id", "x"), "movements 2-15 ADOPTED"),
                harm(
                        "put on sale what was not returning",
                        s -> s.move("RESTOCKED", "quantity", 3, "sellable", 3),
                        "movements 2-15 RESTOCKED"),
                harm(
                        "put on sale under the same stamp",
                        s -> s.move("RESTOCKED", "quantity", 11, "sellable", 2),
                        "movements 2-15 RESTOCKED"),
                harm(
                        "on sale at once though somebody may have been refused",
                        Story::giveBackWithoutRest,
                        "movements 2-15 CANCELLED"),
                harm("sold more than there was", s -> s.reserve("", 12), "movements 2-15 RESERVED", "sums remaining"),
                harm("over the limit", s -> s.reserve("ann", 1), "limit ann"),
                harm(
                        "a malformed reservation",
                        s -> s.move("RESERVED", "due_ms", DUE_MS, "amount_minor", 4_500, "short", "1|"),
                        "movements 2-15 RESERVED"),
                harm("another price", s -> s.reserve("eve", 1, 1), "movements 2-15 RESERVED"),
                harm("due out of turn", s -> s.reserve("eve", 1, 4_500, 7), "movements 2-15 RESERVED"));
    }

    private static Stream<Harm> harmsToPayments() {
        String card = "payment:" + SaleOnRedis.payment("card");
        String tab = "payment:" + SaleOnRedis.payment("tab");
        String refund = "refund:" + SaleOnRedis.payment("refund");
        return Stream.of(
                paid("nothing", s -> {}),
                paid("a payment forgotten", s -> s.ask("HDEL", s.payments, card), "payments " + card),
                paid(
                        "another decision",
                        s -> s.ask(
                                "HSET",
                                s.payments,
                                tab,
                                "CONFIRMED|" + s.ann.id().code() + "|0"),
                        "payments " + tab),
                paid("a refund forgotten", s -> s.ask("HDEL", s.payments, refund), "payments " + refund),
                paid(
                        "a payment from nowhere",
                        s -> s.ask("HSET", s.payments, "payment:nowhere", "CONFIRMED|nowhere|0"),
                        "payments payment:nowhere"),
                paid("a refund taken back", s -> s.record(s.ann, "^P", "R"), "reservations ann"),
                paid(
                        "decided twice",
                        s -> s.move(
                                "REFUND_DUE",
                                "payment",
                                SaleOnRedis.payment("tab").code(),
                                "reservation",
                                s.ann.id().code(),
                                "reason",
                                "ENDED"),
                        "movements 2-19 REFUND_DUE"),
                paid(
                        "refunded more than was bought",
                        s -> s.move(
                                "REFUNDED",
                                "payment",
                                SaleOnRedis.payment("card").code(),
                                "refund",
                                "another",
                                "left",
                                0,
                                "to",
                                "returning",
                                s.ann.id().code(),
                                "5|ann"),
                        "movements 2-19 REFUNDED"),
                harm("paid with nothing", s -> s.end("PAID", s.ann, 5), "movements 2-15 PAID"),
                harm(
                        "extended twice",
                        s -> {
                            s.sale.extend(s.ann);
                            long atMs = s.lastAtMs() + 1_000;
                            s.move(
                                    "EXTENDED",
                                    "due_ms",
                                    atMs + HOLD_MS,
                                    "amount_minor",
                                    4_500,
                                    s.ann.id().code(),
                                    "5|ann");
                        },
                        "movements 2-16 EXTENDED"));
    }

    /** Ann has begun to pay, paid twice, and got two tickets back. */
    private static Harm paid(String name, Harm.Hand hand, String... expected) {
        return harm(
                "paid: " + name,
                s -> {
                    assertThat(s.sale.extend(s.ann)).startsWith("EXTENDED");
                    assertThat(s.sale.confirm("card", s.ann)).startsWith("CONFIRMED");
                    assertThat(s.sale.confirm("tab", s.ann)).startsWith("REFUND_DUE");
                    assertThat(s.sale.refund("refund", "card", 2, AN_HOUR)).startsWith("REFUNDED");
                    hand.harm(s);
                },
                expected);
    }

    /** As many on sale as two buyers need. */
    private static Story twoMore(Story story) {
        story.sale.restIsOver();
        story.sale.touch();
        return story;
    }

    private static Stream<Harm> harmsToTheArchive() {
        return Stream.of(
                archived("a sum that changed", s -> s.stock("remaining", 21), "sums " + SUM),
                archived(
                        "a ticket still reserved",
                        s -> {
                            s.stock("remaining", 19);
                            s.stock("reserved", 1);
                        },
                        "archived reserved"),
                archived(
                        "a ticket still returning",
                        s -> {
                            s.stock("remaining", 19);
                            s.stock("returning", 1);
                        },
                        "archived returning"),
                archived("a movement left", s -> s.write("2-99", "X", 1), "archived seckill:{sale}:movements"),
                archived("a buyer left", s -> s.ask("HSET", s.buyers, "ann", 1), "archived seckill:{sale}:buyers"));
    }

    private static Harm archived(String name, Harm.Hand hand, String... expected) {
        return harm(
                "archived: " + name,
                s -> {
                    s.archive();
                    hand.harm(s);
                },
                expected);
    }
}
