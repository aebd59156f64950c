package dev.seckill.order;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.LocalNode;
import dev.seckill.PostgresServer;
import dev.seckill.ledger.Auditor;
import dev.seckill.ledger.Change;
import dev.seckill.ledger.Finding;
import dev.seckill.ledger.SaleAudit;
import dev.seckill.trade.Place;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleDefinition;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.SaleState;
import dev.seckill.trial.PostgresProcess;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What an audit says of orders that are right, and of those in which somebody has overwritten something. Touches a Redis and a
 * PostgreSQL of its own.
 */
class OrderAuditTest {
    private static final String ID_PATTERN = "[A-Za-z0-9_-]{22}";
    private static final String OTHER_ID = "another-reservation-id";

    private static final int STORIES = 60;
    private static final Queue<SaleId> FOR_STORIES = new ArrayDeque<>();

    private static OrderBench bench;
    private static Auditor ledger;
    private static OrderAuditor auditor;

    @BeforeAll
    static void begin() {
        bench = new OrderBench();
        ledger = Auditor.open(bench.redis.address(), Optional.empty(), Optional.empty(), progress -> {});
        auditor = OrderAuditor.of(
                bench.postgres.url(),
                Optional.of(PostgresProcess.USER),
                Optional.of(PostgresServer.PASSWORD),
                progress -> {});
        putOnSalesForStories();
    }

    @AfterAll
    static void end() {
        ledger.close();
        bench.close();
    }

    /** One for each story, with a reservation that is due: all of them wait together. */
    private static void putOnSalesForStories() {
        for (int i = 0; i < STORIES; i++) {
            SaleDefinition each = LocalNode.sale(20);
            bench.node.putOn(
                    new SaleDefinition(each.id(), "A concert", 20, each.price(), 0, 0, Duration.ofSeconds(1), 5));
            bench.meet(each.id());
            bench.node.buy(each.id(), "eve");
            FOR_STORIES.add(each.id());
        }
    }

    /** A sale in which everything has happened that orders hear of, written. */
    private static SaleId story() {
        SaleId sale = FOR_STORIES.remove();
        Awaitility.await().until(() -> {
            now(bench.node.ledger.expire(sale));
            return bench.shell.ask("HGET seckill:{" + sale + "}:stock reserved").equals("0");
        });
        bench.node.buy(sale, "bob");
        bench.node.cancel(sale, "bob");
        bench.node.cancel(sale, "dan");
        now(bench.node.ledger.change(sale, new Change(null, 30L)));
        now(bench.node.ledger.change(sale, new Change(SaleState.PAUSED, null)));
        now(bench.node.ledger.change(sale, new Change(SaleState.OPEN, null)));
        bench.node.buy(sale, "ann", "key", 2);
        bench.node.buy(sale, "cid");
        bench.write(sale);
        return sale;
    }

    private static SaleId archivedStory() {
        SaleId sale = story();
        bench.node.cancel(sale, "ann");
        bench.node.cancel(sale, "cid");
        now(bench.node.ledger.change(sale, new Change(SaleState.CLOSED, null)));
        bench.write(sale);
        now(bench.node.ledger.change(sale, new Change(SaleState.ARCHIVED, null)));
        bench.write(sale);
        return sale;
    }

    private static OrderAudit audit(SaleId sale) {
        return auditor.audit(sale, ledger);
    }

    /** Past the tables' own guards: SALE stands for the sale. */
    private static void harm(SaleId sale, String... statements) {
        bench.database.transact(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET LOCAL session_replication_role = replica");
                for (String each : statements) {
                    assertThat(statement.executeUpdate(each.replace("SALE", "'" + sale + "'")))
                            .as(each)
                            .isPositive();
                }
            }
            return null;
        });
    }

    private static List<String> findings(OrderAudit audit) {
        return audit.findings().stream()
                .map(Finding::toString)
                .map(each -> each.replaceAll("\\d{13}", "MS"))
                .toList();
    }

    @Test
    void findsNothingWrongInASaleThatIsWritten() {
        SaleId sale = story();

        OrderAudit audit = audit(sale);

        assertThat(audit.findings()).isEmpty();
        assertThat(audit.isCompared()).isTrue();
        assertThat(audit.behind()).isZero();
        assertThat(audit.written().seq()).isGreaterThanOrEqualTo(10);
        assertThat(audit.orders())
                .isEqualTo(Map.of(
                        ReservationStatus.RESERVED,
                        2L,
                        ReservationStatus.CANCELLED,
                        2L,
                        ReservationStatus.EXPIRED,
                        1L));
    }

    @Test
    void tellsHowFarTheOrdersAreBehindWhichIsNothingWrong() {
        SaleId sale = story();
        long written = audit(sale).written().seq();
        bench.node.buy(sale, "fay");
        bench.node.buy(sale, "gus");

        OrderAudit audit = audit(sale);

        assertThat(audit.findings()).isEmpty();
        assertThat(audit.behind()).isEqualTo(2);
        assertThat(audit.written()).isEqualTo(new Place(1, written));
    }

    @Test
    void findsNothingWrongInASaleThatNobodyHasWrittenYet() {
        SaleId sale = bench.node.putOn(10);
        bench.node.buy(sale, "ann");

        OrderAudit audit = audit(sale);

        assertThat(audit.findings()).isEmpty();
        assertThat(audit.written()).isEqualTo(Place.BEGIN);
        assertThat(audit.behind()).isEqualTo(2);
    }

    @Test
    void findsNothingWrongInAnArchivedSale() {
        OrderAudit audit = audit(archivedStory());

        assertThat(audit.findings()).isEmpty();
        assertThat(audit.isFinished()).isTrue();
        assertThat(audit.isCompared()).isTrue();
        assertThat(audit.orders()).isEqualTo(Map.of(ReservationStatus.CANCELLED, 4L, ReservationStatus.EXPIRED, 1L));
    }

    static Stream<List<String>> harms() {
        String ann = "buyer = 'ann'";
        return Stream.of(
                List.of(
                        "orders: <id>: found nothing, expected RESERVED 2 at .* of ann",
                        "DELETE FROM orders WHERE sale = SALE AND " + ann),
                List.of(
                        "orders: <id>: found RESERVED 3 at .*, expected RESERVED 2 at .*",
                        "UPDATE orders SET quantity = 3 WHERE sale = SALE AND " + ann),
                List.of(
                        "orders: <id>: found .* of zoe, expected .* of ann",
                        "UPDATE orders SET buyer = 'zoe' WHERE sale = SALE AND " + ann),
                List.of(
                        "orders: <id>: found RESERVED 2 at 1 EUR.*, expected RESERVED 2 at 4900 EUR.*",
                        "UPDATE orders SET amount_minor = 1 WHERE sale = SALE AND " + ann),
                List.of(
                        "orders: <id>: found .* 4900 USD.*, expected .* 4900 EUR.*",
                        "UPDATE orders SET currency = 'USD' WHERE sale = SALE AND " + ann),
                List.of(
                        "orders: <id>: found PAID 2 .*, expected RESERVED 2 .*",
                        "UPDATE orders SET status = 'PAID', payment = reservation WHERE sale = SALE AND " + ann),
                List.of(
                        "orders: <id>: found EXPIRED .* of bob, expected CANCELLED .* of bob",
                        "UPDATE orders SET status = 'EXPIRED' WHERE sale = SALE AND buyer = 'bob'"),
                List.of(
                        "orders: <id>: found RESERVED 2 .* due .*, expected RESERVED 2 .* due .*",
                        "UPDATE orders SET due_at = due_at + interval '1 ms' WHERE sale = SALE AND " + ann),
                List.of(
                        "orders: <id>: found .*, expected .*",
                        "UPDATE orders SET reserved_at = reserved_at - interval '1 ms' WHERE sale = SALE AND " + ann),
                List.of(
                        "orders: <id>: found .* ended .*, expected .* ended .*",
                        "UPDATE orders SET ended_at = ended_at + interval '1 ms' WHERE sale = SALE AND buyer = 'eve'"),
                List.of(
                        "orders: <id>: found .* by 1-3,.*, expected .* by 1-\\d+,.*",
                        "UPDATE orders SET seq = 3 WHERE sale = SALE AND " + ann),
                List.of(
                        "orders: " + OTHER_ID + ": found RESERVED 2 .* of ann, expected nothing",
                        "INSERT INTO orders (sale, reservation, buyer, quantity, amount_minor, currency, status, reserved_at,"
                                + " due_at, ended_at, epoch, seq) SELECT sale, '" + OTHER_ID
                                + "', buyer, quantity, amount_minor, currency, status,"
                                + " reserved_at, due_at, ended_at, epoch, seq FROM orders WHERE sale = SALE AND "
                                + ann),
                List.of("sale: capacity: found 31, expected 30", "UPDATE sales SET capacity = 31 WHERE sale = SALE"),
                List.of(
                        "sale: state: found CLOSED, expected OPEN",
                        "UPDATE sales SET state = 'CLOSED' WHERE sale = SALE"),
                List.of(
                        "sale: opens_at: found MS, expected MS",
                        "UPDATE sales SET opens_at = opens_at + interval '1 s' WHERE sale = SALE"),
                List.of("sale: the row: found nothing, expected .*A concert.*", "DELETE FROM sales WHERE sale = SALE"),
                List.of(
                        "progress: place: found 1-99, expected 1-\\d+, the last movement there",
                        "UPDATE progress SET seq = 99 WHERE sale = SALE"),
                List.of(
                        "progress: place: found 1-2, expected 1-\\d+, the last movement there",
                        "UPDATE progress SET seq = 2 WHERE sale = SALE"),
                List.of("progress: aside: found 1, expected 0", "UPDATE progress SET aside = 1 WHERE sale = SALE"),
                List.of(
                        "progress: finished: found yes, expected no: the sale is in the ledger",
                        "UPDATE progress SET finished_at = now() WHERE sale = SALE",
                        "UPDATE sales SET state = 'ARCHIVED' WHERE sale = SALE"),
                List.of(
                        "written: 1-2 RESERVED: found nothing, expected RESERVED .*eve.*",
                        "DELETE FROM movements WHERE sale = SALE AND seq = 2"),
                List.of(
                        "written: 1-2 RESERVED: found .*\\|zoe.*, expected .*\\|eve.*",
                        "UPDATE movements SET body = replace(body::text, '|eve', '|zoe')::json WHERE sale = SALE AND seq = 2"),
                List.of(
                        "written: 1-2 PAID: found PAID .*, expected RESERVED .*",
                        "UPDATE movements SET kind = 'PAID' WHERE sale = SALE AND seq = 2"),
                List.of(
                        "written: 1-2 RESERVED: found RESERVED \\{\\}, expected .*",
                        "UPDATE movements SET body = '{}' WHERE sale = SALE AND seq = 2"),
                List.of(
                        "written: 2-1 RESERVED: found .*, expected nothing, as in the ledger",
                        "INSERT INTO movements SELECT sale, 2, 1, kind, body FROM movements WHERE sale = SALE AND seq = 2",
                        "UPDATE progress SET epoch = 2, seq = 1 WHERE sale = SALE"));
    }

    @ParameterizedTest
    @MethodSource("harms")
    void findsExactlyWhatIsWrong(List<String> findingAndStatements) {
        SaleId sale = story();

        harm(sale, findingAndStatements.stream().skip(1).toArray(String[]::new));

        assertThat(findings(audit(sale)))
                .singleElement()
                .asString()
                .matches(findingAndStatements.get(0).replace("<id>", ID_PATTERN));
    }

    static Stream<List<String>> lateHarms() {
        return Stream.of(
                List.of(
                        "orders: <id>: found EXPIRED 2 .*, expected CANCELLED 2 .*",
                        "UPDATE orders SET status = 'EXPIRED' WHERE sale = SALE AND buyer = 'ann'"),
                List.of(
                        "orders: <id>: found nothing, expected CANCELLED 2 .*",
                        "DELETE FROM orders WHERE sale = SALE AND buyer = 'ann'"),
                List.of(
                        "written: 1-4 .*: found seq 4 after 2, expected seq 3",
                        "DELETE FROM movements WHERE sale = SALE AND seq = 3"),
                List.of(
                        "written: 1-2 RESERVED: found RESERVED \\{\\}, expected a movement of its kind",
                        "UPDATE movements SET body = '{}' WHERE sale = SALE AND seq = 2"),
                List.of(
                        "orders: <id>: found .* of eve, expected .* of zoe",
                        "UPDATE movements SET body = replace(body::text, '|eve', '|zoe')::json WHERE sale = SALE"
                                + " AND body::text LIKE '%|eve%'"),
                List.of(
                        "sale: state: found CLOSED, expected ARCHIVED",
                        "UPDATE sales SET state = 'CLOSED' WHERE sale = SALE"));
    }

    @ParameterizedTest
    @MethodSource("lateHarms")
    void findsWhatIsWrongInAnArchivedSaleFromTheDatabaseAlone(List<String> findingAndStatements) {
        SaleId sale = archivedStory();

        harm(sale, findingAndStatements.stream().skip(1).toArray(String[]::new));

        assertThat(findings(audit(sale)))
                .singleElement()
                .asString()
                .matches(findingAndStatements.get(0).replace("<id>", ID_PATTERN));
    }

    @Test
    void comparesTheOrdersOfAnArchivedSaleWithItsLastSums() {
        SaleId sale = archivedStory();

        harm(
                sale,
                "UPDATE orders SET status = 'PAID', payment = reservation, ended_at = NULL WHERE sale = SALE AND buyer = 'ann'");

        assertThat(findings(audit(sale)))
                .hasSize(2)
                .contains("sums: sold, of the orders: found 2, expected 0, as the archived sale says");
    }

    @Test
    void findsThatAnArchivedSaleIsNotWrittenToItsEnd() {
        SaleId sale = archivedStory();
        long last = audit(sale).written().seq();

        harm(
                sale,
                "DELETE FROM movements WHERE sale = SALE AND seq = " + last,
                "UPDATE progress SET seq = seq - 1 WHERE sale = SALE",
                "UPDATE sales SET state = 'ARCHIVED' WHERE sale = SALE");

        assertThat(findings(audit(sale)))
                .containsExactly("progress: the last movement: found 1-" + (last - 1) + ", expected 1-" + last
                        + ", as the archived sale says");
    }

    @Test
    void namesWhatIsKeptAsideAndMissesNothingElse() {
        SaleId sale = story();
        String id = bench.list("SELECT reservation FROM orders WHERE sale = ? AND buyer = 'ann'", sale.value())
                .get(0);
        bench.plant(sale, "movement EXPIRED at_ms 1800000000000 to remaining " + id + " 7|ann");
        bench.plant(sale, "movement VANISHED at_ms 1800000000000");
        bench.node.cancel(sale, "cid");
        bench.write(sale);

        OrderAudit audit = audit(sale);

        assertThat(audit.keptAside()).isEqualTo(2);
        assertThat(findings(audit))
                .hasSize(2)
                .anyMatch(each ->
                        each.matches("kept_aside: 1-\\d+ EXPIRED " + id + ": found does not fit .*, expected written"))
                .anyMatch(each -> each.matches("kept_aside: 1-\\d+ VANISHED : found has a kind .*, expected written"));
    }

    @Test
    void findsWhatShouldHaveBeenKeptAside() {
        SaleId sale = story();
        bench.plant(sale, "movement VANISHED at_ms 1800000000000");
        bench.write(sale);

        harm(sale, "DELETE FROM kept_aside WHERE sale = SALE", "UPDATE progress SET aside = 0 WHERE sale = SALE");

        assertThat(findings(audit(sale)))
                .singleElement()
                .asString()
                .startsWith("kept_aside: 1-")
                .endsWith(
                        "VANISHED : found not kept aside, expected kept aside: it has a kind that this version does not know");
    }

    @Test
    void findsThatTheLedgerHasLostWhatTheDatabaseHas() {
        SaleId sale = story();
        String key = "seckill:{" + sale + "}:";
        String last = bench.shell.ask("HGET " + key + "stock seq");
        bench.shell.ask("XDEL " + key + "movements 1-" + last);
        bench.shell.ask("HINCRBY " + key + "stock seq -1");

        assertThat(findings(audit(sale)))
                .singleElement()
                .asString()
                .matches("written: 1-" + last + " RESERVED: found .*cid.*, expected nothing, as in the ledger");
    }

    @Test
    void auditsTheOrdersOfASaleThatTheLedgerDoesNotKnow() {
        SaleId sale = story();
        bench.shell.ask("DEL seckill:{" + sale + "}:stock seckill:{" + sale + "}:movements seckill:{" + sale
                + "}:reservations seckill:{" + sale + "}:buyers seckill:{" + sale + "}:shares");

        assertThat(auditor.sales()).contains(sale);
        assertThat(audit(sale).findings()).isEmpty();
        assertThat(SaleAudit.gone(sale).isOk()).isFalse();
    }

    @Test
    void findsNothingWrongWhileACrowdBuysAndItsOrdersAreWritten() throws Exception {
        SaleId sale = bench.putOn(100_000);
        AtomicBoolean selling = new AtomicBoolean(true);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        List<Future<?>> all = new ArrayList<>();
        for (String crowd : List.of("ann", "bob")) {
            all.add(threads.submit(() -> buy(sale, crowd, selling)));
        }
        all.add(threads.submit(() -> {
            while (selling.get()) {
                bench.write(sale);
            }
        }));
        Awaitility.await().until(() -> audit(sale).written().seq() > 20);
        List<OrderAudit> audits = new ArrayList<>();
        long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
        while (System.nanoTime() - untilNanos < 0) {
            audits.add(audit(sale));
        }
        selling.set(false);
        for (Future<?> each : all) {
            each.get(20, TimeUnit.SECONDS);
        }
        threads.shutdown();
        bench.write(sale);

        assertThat(audits).allSatisfy(audit -> assertThat(audit.findings()).isEmpty());
        assertThat(audits.get(audits.size() - 1).written().seq())
                .as("it went on meanwhile")
                .isGreaterThan(audits.get(0).written().seq() + 20);
        assertThat(audits).as("some looked in the middle of it").anyMatch(audit -> audit.behind() > 0);
        assertThat(audit(sale).findings()).isEmpty();
        assertThat(audit(sale).behind()).isZero();
    }

    /** Twenty at a time; every third gives back what it has. */
    private static void buy(SaleId sale, String name, AtomicBoolean selling) {
        for (int round = 0; selling.get(); round++) {
            List<String> crowd = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                crowd.add(name + round + "-" + i);
            }
            crowd.stream().map(each -> bench.node.ask(sale, each)).toList().forEach(LocalNode::now);
            for (int i = 0; i < crowd.size(); i += 3) {
                bench.node.cancel(sale, crowd.get(i));
            }
        }
    }

    @Test
    void isToldThatADatabaseHasNoOrders() {
        OrderAuditor nobody = OrderAuditor.of(
                bench.postgres.url().replaceFirst("/seckill$", "/postgres"),
                Optional.of(PostgresProcess.USER),
                Optional.of(PostgresServer.PASSWORD),
                progress -> {});

        assertThatThrownBy(nobody::sales)
                .isInstanceOf(NoOrders.class)
                .hasMessageContaining("can't be audited")
                .hasMessageContaining("progress");
    }
}
