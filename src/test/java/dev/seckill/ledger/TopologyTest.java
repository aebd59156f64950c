package dev.seckill.ledger;

import static dev.seckill.ledger.Bench.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.RedisServer;
import dev.seckill.ledger.LedgerConfig.Topology;
import dev.seckill.ledger.Released.Result;
import dev.seckill.trade.Answer;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.Place;
import dev.seckill.trade.SaleDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Selling on more than one Redis. Touches a Redis Cluster, a master with a replica, and sentinels; and harms them. */
class TopologyTest {
    /** A master otherwise waits five seconds for more replicas to come. */
    private static final String REPLICAS_AT_ONCE = "repl-diskless-sync-delay 0";

    private final List<AutoCloseable> open = new ArrayList<>();

    private <T extends AutoCloseable> T opened(T what) {
        open.add(0, what);
        return what;
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private Ledger node(Settings settings) {
        Ledger node = new Ledger(settings.config(), (attempts, nanos) -> {}, Runnable::run);
        open.add(0, node::close);
        node.tend();
        assertThat(node.notDurable()).isEmpty();
        return node;
    }

    private static SaleOnRedis create(Ledger node, RawRedis home, long capacity) {
        SaleDefinition definition = Bench.definition(capacity, 1, 0, 0);
        await(node.create(definition, SaleOnRedis.REST));
        SaleOnRedis sale = new SaleOnRedis(definition.id(), null, home);
        Bench.awaitSelling(node, sale);
        return sale;
    }

    private static Outcome buy(Ledger node, SaleOnRedis sale, String buyer, Stamp stamp) {
        return await(node.deduct(sale.attempt(buyer, "key", 1, stamp, node.deadlineMs())))
                .outcome();
    }

    private static Outcome buy(Ledger node, SaleOnRedis sale, String buyer) {
        return buy(node, sale, buyer, sale.stamp());
    }

    // --- cluster ----------------------------------------------------------------------------------------------------

    @Test
    void sellsManySalesOnAClusterEachOnOneOfItsServers() {
        RedisCluster cluster = opened(new RedisCluster(3));
        Ledger node = node(new Settings(cluster.addresses()).topology(Topology.CLUSTER));
        Map<SaleOnRedis, Integer> homes = new HashMap<>();
        for (int i = 0; i < 9; i++) {
            SaleDefinition definition = Bench.definition(20, 1, 0, 0);
            await(node.create(definition, Duration.ofMillis(1)));
            int home = cluster.masterOf(new Keys(definition.id()).movements);
            homes.put(new SaleOnRedis(definition.id(), null, cluster.raw(home)), home);
        }
        homes.keySet().forEach(sale -> Bench.awaitSelling(node, sale));

        List<CompletionStage<Answer>> asked = homes.keySet().stream()
                .flatMap(sale -> IntStream.range(0, 30)
                        .mapToObj(i -> sale.attempt("buyer" + i, "key", 1, Stamp.OLDEST, node.deadlineMs())))
                .toList()
                .stream()
                .map(node::deduct)
                .toList();
        List<Outcome> heard =
                asked.stream().map(Bench::await).map(Answer::outcome).toList();

        assertThat(heard).filteredOn(Outcome.RESERVED::equals).hasSize(9 * 20);
        assertThat(heard).filteredOn(Outcome.SOLD_OUT::equals).hasSize(9 * 10);
        assertThat(homes.values()).as("servers with sales").contains(0, 1, 2);
        assertThat(await(node.sales())).hasSize(9);
        homes.forEach((sale, home) -> {
            Attempt winner = sale.attempt("buyer0", "key", 1);
            assertThat(await(node.release(winner.id(), winner.buyer(), true)).result())
                    .isEqualTo(Result.CANCELLED);
            Awaitility.await().until(() -> {
                await(node.share(sale.id, "node", 1, Duration.ofSeconds(3), 1, 50));
                return buy(node, sale, "late") == Outcome.RESERVED;
            });
            assertThat(sale.books().number("reserved")).isEqualTo(20);
            Stream.of(sale.keys.archive, sale.keys.reservations)
                    .flatMap(List::stream)
                    .forEach(key -> assertThat(cluster.masterOf(key))
                            .as("home of %s", key)
                            .isEqualTo(home));
        });
    }

    @Test
    void goesOnSellingWhatIsOnTheLivingServersOfACluster() {
        RedisCluster cluster = opened(new RedisCluster(3));
        Ledger node = node(
                new Settings(cluster.addresses()).topology(Topology.CLUSTER).patience(300, 1_000));
        SaleOnRedis dead = null;
        SaleOnRedis living = null;
        for (int i = 0; i < 40 && (dead == null || living == null); i++) {
            SaleDefinition definition = Bench.definition(1_000, 1, 0, 0);
            int home = cluster.masterOf(new Keys(definition.id()).movements);
            await(node.create(definition, SaleOnRedis.REST));
            SaleOnRedis sale = new SaleOnRedis(definition.id(), null, cluster.raw(home));
            Bench.awaitSelling(node, sale);
            dead = home == 1 ? sale : dead;
            living = home != 1 ? sale : living;
        }
        SaleOnRedis unlucky = dead;
        SaleOnRedis lucky = living;
        assertThat(buy(node, unlucky, "ann")).isEqualTo(Outcome.RESERVED);
        Stamp stamp = unlucky.stamp();
        cluster.masters.get(1).kill();

        List<Outcome> unluckyHeard = new ArrayList<>();
        List<Outcome> luckyHeard = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            List<CompletionStage<Answer>> asked = new ArrayList<>();
            for (int each = 0; each < 5; each++) {
                asked.add(node.deduct(unlucky.attempt("buyer" + i + "-" + each, "key", 1, stamp, node.deadlineMs())));
            }
            luckyHeard.add(buy(node, lucky, "buyer" + i));
            asked.forEach(stage -> unluckyHeard.add(await(stage).outcome()));
        }

        assertThat(unluckyHeard).isSubsetOf(Outcome.BUSY, Outcome.UNKNOWN);
        assertThat(luckyHeard).as("on a living server").containsOnly(Outcome.RESERVED);
        cluster.masters.get(1).restart();
        Bench.awaitSelling(node, unlucky);
        assertThat(buy(node, unlucky, "ann")).isEqualTo(Outcome.ALREADY_RESERVED);
        Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> buy(node, unlucky, "bob") == Outcome.RESERVED);
        unlucky.books();
    }

    @Test
    void hearsThatAServerIsBackOfWhichNobodyBuysAnyMore() {
        RedisCluster cluster = opened(new RedisCluster(3));
        Ledger node = node(
                new Settings(cluster.addresses()).topology(Topology.CLUSTER).patience(300, 1_000));
        SaleDefinition definition = Bench.definition(10, 1, 0, 0);
        int home = cluster.masterOf(new Keys(definition.id()).movements);
        await(node.create(definition, SaleOnRedis.REST));
        SaleOnRedis sale = new SaleOnRedis(definition.id(), null, cluster.raw(home));
        Bench.awaitSelling(node, sale);
        Stamp stamp = sale.stamp();
        assertThat(node.isAway()).isFalse();

        cluster.masters.get(home).freeze();
        Awaitility.await().until(() -> buy(node, sale, "ann", stamp) == Outcome.BUSY);
        node.tend();
        assertThat(node.isAway()).isTrue();
        cluster.masters.get(home).unfreeze();

        Awaitility.await().untilAsserted(() -> {
            node.tend();
            assertThat(node.isAway()).isFalse();
        });
    }

    // --- replicas ---------------------------------------------------------------------------------------------------

    @Test
    void saysReservedOnlyOfWhatAReplicaHasToo() {
        RedisServer master = opened(RedisServer.start(REPLICAS_AT_ONCE));
        RawRedis raw = new RawRedis(master.port());
        RedisServer replica = opened(RedisServer.start("replicaof 127.0.0.1 " + master.port()));
        awaitReplica(raw);
        Ledger node = node(new Settings(master.address()).replicas(1).patience(1_000, 2_000));
        SaleOnRedis sale = create(node, raw, 10);
        assertThat(buy(node, sale, "ann")).isEqualTo(Outcome.RESERVED);
        replica.freeze();

        Attempt attempt = sale.attempt("bob", "key", 1, sale.stamp(), node.deadlineMs());
        assertThat(await(node.deduct(attempt))).isEqualTo(Answer.UNKNOWN);
        assertThat(sale.books().number("reserved")).as("only the master has it").isEqualTo(2);
        assertThat(buy(node, sale, "bob")).as("asked again").isEqualTo(Outcome.UNKNOWN);
        assertThat(buy(node, sale, "ann"))
                .as("nobody can tell what a promotion would leave")
                .isEqualTo(Outcome.UNKNOWN);
        assertThat(await(node.release(attempt.id(), attempt.buyer(), true)).result())
                .isEqualTo(Result.UNKNOWN);
        replica.unfreeze();

        assertThat(buy(node, sale, "ann")).isEqualTo(Outcome.ALREADY_RESERVED);
        assertThat(buy(node, sale, "cid")).isEqualTo(Outcome.RESERVED);
        assertThat(await(node.release(attempt.id(), attempt.buyer(), true)).result())
                .isEqualTo(Result.ALREADY_ENDED);
        assertThat(sale.books().number("remaining")).isEqualTo(8);
    }

    @Test
    void givesWhoKeepsMovementsElsewhereOnlyThoseThatAReplicaHasToo() {
        RedisServer master = opened(RedisServer.start(REPLICAS_AT_ONCE));
        RawRedis raw = new RawRedis(master.port());
        RedisServer replica = opened(RedisServer.start("replicaof 127.0.0.1 " + master.port()));
        awaitReplica(raw);
        Ledger node = node(new Settings(master.address()).replicas(1).patience(1_000, 2_000));
        SaleOnRedis sale = create(node, raw, 10);
        assertThat(buy(node, sale, "ann")).isEqualTo(Outcome.RESERVED);
        awaitMovements(node, sale, Place.BEGIN, 2);
        replica.freeze();
        assertThat(buy(node, sale, "bob")).isEqualTo(Outcome.UNKNOWN);

        String early = await(node.readOn(sale.id, new Place(1, 2)).handle((page, fault) -> String.valueOf(fault)));
        assertThat(early).contains("LedgerInDoubt");
        replica.unfreeze();

        awaitMovements(node, sale, new Place(1, 2), 1);
        sale.books();
    }

    @Test
    void saysUnknownWithinTheBudgetWhenTheMasterOfAReplicaIsSilentOrDies() {
        RedisServer master = opened(RedisServer.start(REPLICAS_AT_ONCE));
        RawRedis raw = new RawRedis(master.port());
        opened(RedisServer.start("replicaof 127.0.0.1 " + master.port()));
        awaitReplica(raw);
        Ledger node = node(new Settings(master.address()).replicas(1).patience(1_000, 2_000));
        SaleOnRedis sale = create(node, raw, 10);
        assertThat(buy(node, sale, "ann")).isEqualTo(Outcome.RESERVED);

        Attempt bob = sale.attempt("bob", "key", 1, sale.stamp(), node.deadlineMs());
        master.freeze();
        assertThat(await(node.deduct(bob))).isEqualTo(Answer.UNKNOWN);
        master.unfreeze();
        Bench.awaitSelling(node, sale);
        awaitReplica(raw);
        assertThat(buy(node, sale, "cid")).isEqualTo(Outcome.RESERVED);

        Attempt dan = sale.attempt("dan", "key", 1, sale.stamp(), node.deadlineMs());
        master.freeze();
        CompletionStage<Answer> asked = node.deduct(dan);
        master.kill();
        assertThat(await(asked)).isEqualTo(Answer.UNKNOWN);
        assertThat(await(node.deduct(dan)).outcome()).isIn(Outcome.BUSY, Outcome.UNKNOWN);
        master.restart();
        awaitReplica(raw);
        Bench.awaitSelling(node, sale);
        assertThat(buy(node, sale, "dan")).isEqualTo(Outcome.RESERVED);
        assertThat(sale.books().number("reserved")).isEqualTo(3);
    }

    @Test
    void showsNoReservationThatAReplicaDoesNotHave() {
        RedisServer master = opened(RedisServer.start(REPLICAS_AT_ONCE));
        RawRedis raw = new RawRedis(master.port());
        RedisServer replica = opened(RedisServer.start("replicaof 127.0.0.1 " + master.port()));
        awaitReplica(raw);
        Ledger node = node(new Settings(master.address()).replicas(1).patience(1_000, 2_000));
        SaleOnRedis sale = create(node, raw, 10);
        replica.freeze();
        Attempt attempt = sale.attempt("ann", "key", 1, sale.stamp(), node.deadlineMs());
        assertThat(await(node.deduct(attempt))).isEqualTo(Answer.UNKNOWN);

        Throwable fault = await(node.find(attempt.id(), attempt.deadlineMs()).handle((found, thrown) -> thrown));
        replica.unfreeze();

        assertThat(fault).as("a promotion would take it away again").hasCauseInstanceOf(LedgerInDoubt.class);
        Awaitility.await()
                .ignoreExceptions()
                .until(() ->
                        await(node.find(attempt.id(), attempt.deadlineMs())).reservation() != null);
    }

    @Test
    void sellsOnWithAReplicaWhenRedisHasForgottenTheScripts() {
        RedisServer master = opened(RedisServer.start(REPLICAS_AT_ONCE));
        RawRedis raw = new RawRedis(master.port());
        opened(RedisServer.start("replicaof 127.0.0.1 " + master.port()));
        awaitReplica(raw);
        Ledger node = node(new Settings(master.address()).replicas(1));
        SaleOnRedis sale = create(node, raw, 10);

        for (int i = 0; i < 3; i++) {
            raw.ask("SCRIPT", "FLUSH");
            assertThat(buy(node, sale, "buyer" + i)).isEqualTo(Outcome.RESERVED);
        }
        raw.ask("SCRIPT", "FLUSH");
        Attempt first = sale.attempt("buyer0", "key", 1);
        assertThat(await(node.release(first.id(), first.buyer(), true)).result())
                .isEqualTo(Result.CANCELLED);

        assertThat(sale.books().number("reserved")).isEqualTo(2);
    }

    /** A replica that is slow for a moment is a doubt, which readers ask again about. */
    private static void awaitMovements(Ledger node, SaleOnRedis sale, Place after, int count) {
        Awaitility.await("what the replica has")
                .ignoreExceptionsInstanceOf(CompletionException.class)
                .untilAsserted(
                        () -> assertThat(await(node.readOn(sale.id, after)).movements())
                                .hasSize(count));
    }

    private static void awaitReplica(RawRedis master) {
        Awaitility.await("the replica follows")
                .pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofSeconds(20))
                .until(() -> master.text("INFO", "replication").contains("state=online"));
    }

    // --- sentinels --------------------------------------------------------------------------------------------------

    @Test
    void sellsOnAfterTheReplicaHasTakenOver() {
        RedisServer master = opened(RedisServer.start(REPLICAS_AT_ONCE));
        RawRedis raw = new RawRedis(master.port());
        RedisServer replica = opened(RedisServer.start("replicaof 127.0.0.1 " + master.port()));
        awaitReplica(raw);
        RedisSentinels sentinels = opened(new RedisSentinels(3, master));
        Ledger node = node(new Settings(sentinels.addresses())
                .topology(Topology.SENTINEL)
                .notDurable()
                .patience(500, 1_500));
        Ledger careful = node(new Settings(sentinels.addresses())
                .topology(Topology.SENTINEL)
                .replicas(1)
                .patience(500, 1_500));
        SaleOnRedis sale = create(node, raw, 10);
        Bench.awaitSelling(careful, sale);
        Stamp before = sale.stamp();
        assertThat(buy(careful, sale, "ann")).isEqualTo(Outcome.RESERVED);

        master.kill();
        Bench.awaitSelling(node, sale);

        SaleOnRedis promoted = new SaleOnRedis(sale.id, null, new RawRedis(replica.port()));
        assertThat(buy(node, promoted, "ann", before)).isEqualTo(Outcome.ALREADY_RESERVED);
        assertThat(buy(node, promoted, "bob", before)).as("knew the old master").isEqualTo(Outcome.BUSY);
        assertThat(buy(node, promoted, "bob")).isEqualTo(Outcome.RESERVED);
        Books books = promoted.books();
        assertThat(books.number("epoch")).isEqualTo(2);
        assertThat(books.number("reserved")).isEqualTo(2);
    }
}
