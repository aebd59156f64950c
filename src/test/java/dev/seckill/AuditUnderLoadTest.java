package dev.seckill;

import static dev.seckill.LocalNode.now;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.ledger.Auditor;
import dev.seckill.ledger.Change;
import dev.seckill.ledger.Finding;
import dev.seckill.ledger.SaleAudit;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Audits while buyers buy and cancel and the operator adds tickets. Touches one Redis. */
class AuditUnderLoadTest {
    private static final int BUYERS = 4;
    private static final int CAPACITY = 20_000;
    private static final Duration LOAD = Duration.ofSeconds(2);
    private static final int PATIENCE_S = 20;

    private RedisServer redis;
    private LocalNode node;
    private Auditor auditor;
    private SaleId sale;
    private ExecutorService threads;
    private final List<Future<Integer>> buying = new ArrayList<>();
    private Future<?> tending;
    private volatile boolean selling = true;

    @BeforeEach
    void sell() {
        redis = RedisServer.start();
        node = LocalNode.start(redis, "node");
        auditor = Auditor.open(redis.address(), Optional.empty(), Optional.empty(), progress -> {});
        sale = node.putOn(CAPACITY);
        threads = Executors.newCachedThreadPool();
        for (int i = 0; i < BUYERS; i++) {
            String name = "buyer" + i + "-";
            buying.add(threads.submit(() -> buy(name)));
        }
        tending = threads.submit(this::tend);
    }

    @AfterEach
    void end() throws Exception {
        stopSelling();
        auditor.close();
        node.close();
        redis.close();
    }

    /** Twenty buyers at a time; every third gives back what it has. */
    private int buy(String name) {
        int bought = 0;
        for (int round = 0; selling; round++) {
            List<String> crowd = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                crowd.add(name + round + "-" + i);
            }
            bought += (int) crowd.stream().map(each -> node.ask(sale, each)).toList().stream()
                    .filter(answer -> now(answer).outcome() == Outcome.RESERVED)
                    .count();
            for (int i = 0; i < crowd.size(); i += 3) {
                node.cancel(sale, crowd.get(i));
            }
        }
        return bought;
    }

    private Void tend() throws InterruptedException {
        for (int added = 1; selling; added++) {
            node.tick();
            now(node.ledger.change(sale, new Change(null, (long) CAPACITY + added)));
            Thread.sleep(500);
        }
        return null;
    }

    /** How many were bought; nobody asks for anything any more. */
    private int stopSelling() throws Exception {
        selling = false;
        int bought = 0;
        for (Future<Integer> buyer : buying) {
            bought += buyer.get(PATIENCE_S, TimeUnit.SECONDS);
        }
        tending.get(PATIENCE_S, TimeUnit.SECONDS);
        threads.shutdown();
        return bought;
    }

    private SaleAudit audit() {
        return auditor.audit(sale).orElseThrow();
    }

    private static long reservations(SaleAudit audit) {
        return audit.reservations().values().stream().mapToLong(count -> count).sum();
    }

    private void awaitReservations(long count) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(PATIENCE_S))
                .until(() -> audit().reservations().getOrDefault(ReservationStatus.RESERVED, 0L) >= count);
    }

    @Test
    void findsNothingWrongWhileASaleGoesOn() throws Exception {
        awaitReservations(1_500);
        List<SaleAudit> audits = new ArrayList<>();
        long untilNanos = System.nanoTime() + LOAD.toNanos();
        while (System.nanoTime() - untilNanos < 0) {
            audits.add(audit());
        }
        int bought = stopSelling();
        SaleAudit last = audit();

        assertThat(audits).allSatisfy(audit -> assertThat(audit.findings()).isEmpty());
        assertThat(reservations(audits.get(audits.size() - 1)))
                .as("it went on meanwhile")
                .isGreaterThan(reservations(audits.get(0)) + 500);
        assertThat(last.findings()).isEmpty();
        assertThat(reservations(last)).isGreaterThanOrEqualTo(bought);
    }

    @Test
    void findsWhatGoesWrongWhileASaleGoesOn() {
        RedisShell shell = new RedisShell(redis);
        String keys = "seckill:{" + sale + "}:";
        awaitReservations(500);
        String last = shell.ask("XREVRANGE " + keys + "movements + - COUNT 1").split("\n", 2)[0];

        shell.ask("HSET " + keys + "stock expired_to " + last);
        assertThat(audit().findings())
                .isNotEmpty()
                .extracting(Finding::toString)
                .allMatch(each ->
                        each.startsWith("due: ") && each.endsWith("an end, as expiry has passed up to " + last));

        shell.ask("HSET " + keys + "buyers nobody 1");
        shell.ask("HINCRBY " + keys + "stock cancelled_ahead 1");
        assertThat(audit().findings())
                .extracting(each -> each.check() + " " + each.subject())
                .contains("buyers nobody", "stock cancelled_ahead");
    }
}
