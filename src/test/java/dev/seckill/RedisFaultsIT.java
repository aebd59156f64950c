package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Each thing that can go wrong with Redis, in the middle of a sale on two nodes; then what the ledger wrote and what the
 * buyers heard must agree. One node has every default; the other reaches Redis over a cable of ours, by one connection,
 * and lets few in and fewer wait. Touches two node processes and a Redis of its own.
 */
class RedisFaultsIT {
    /** Longer than an attempt's budget and the timeout that may begin within it. */
    private static final Duration LONGER_THAN_THE_BUDGET = Duration.ofMillis(4_500);

    private static final int MOST_IN_FLIGHT = 20;

    private static final ExecutorService THREADS = Executors.newFixedThreadPool(40);

    private static RedisServer redis;
    private static RedisShell shell;
    private static Relay relay;
    private static NodeProcess one;
    private static NodeProcess other;
    private static List<Api> nodes;

    @BeforeAll
    static void start() {
        redis = RedisServer.start();
        shell = new RedisShell(redis);
        relay = Relay.to(redis.port());
        one = NodeProcess.at(redis.address());
        other = NodeProcess.at(
                relay.address(),
                "-Dseckill.ledger.connections=1",
                "-Dseckill.ledger.most-waiting=8",
                "-Dseckill.purchase.most-in-flight=" + MOST_IN_FLIGHT);
        one.launch();
        other.launch();
        one.awaitReady();
        other.awaitReady();
        nodes = List.of(one.api(), other.api());
    }

    @AfterAll
    static void end() {
        THREADS.shutdownNow();
        one.close();
        other.close();
        relay.close();
        redis.close();
    }

    @Test
    void keepsItsPromisesWhenRedisIsSlow() {
        Story.inMidSale("slow", redis, nodes, random -> {
            for (int i = 0; i < 5; i++) {
                redis.freeze();
                pause(100 + random.nextInt(500));
                redis.unfreeze();
                pause(random.nextInt(200));
            }
        });
    }

    @Test
    void keepsItsPromisesWhenRedisIsSilentForLongerThanAnybodyWaits() {
        Story.inMidSale("silent", redis, nodes, random -> {
            redis.freeze();
            pause((int) LONGER_THAN_THE_BUDGET.toMillis() + random.nextInt(500));
            redis.unfreeze();
        });
    }

    @Test
    void keepsItsPromisesWhenRedisIsStoppedAndStarted() {
        Story.inMidSale("stopped", redis, nodes, random -> {
            redis.stop();
            pause(random.nextInt(2_000));
            redis.restart();
        });
    }

    @Test
    void keepsItsPromisesWhenRedisIsKilledAndStarted() {
        Story.inMidSale("killed", redis, nodes, random -> {
            redis.kill();
            pause(random.nextInt(500));
            redis.restart();
        });
    }

    @Test
    void keepsItsPromisesWhenRedisForgetsTheScripts() {
        Story.inMidSale("forgets", redis, nodes, random -> severalTimes(random, () -> shell.ask("SCRIPT FLUSH")));
    }

    @Test
    void keepsItsPromisesWhenConnectionsAreCut() {
        Story.inMidSale(
                "cut", redis, nodes, random -> severalTimes(random, () -> shell.ask("CLIENT KILL TYPE normal")));
    }

    @Test
    void keepsItsPromisesWhenRepliesAreLost() {
        Story.inMidSale("lost", redis, nodes, random -> {
            severalTimes(random, relay::loseAReply);
            await().atMost(Duration.ofSeconds(15)).until(() -> relay.repliesToLose() == 0);
        });
    }

    @Test
    void keepsItsPromisesWhenMemoryIsFull() {
        Story.inMidSale("full-memory", redis, nodes, random -> {
            String enough = shell.ask("CONFIG GET maxmemory").split("\n", -1)[1];
            assertThat(shell.ask("CONFIG SET maxmemory 1")).isEqualTo("OK");
            pause(500 + random.nextInt(1_500));
            assertThat(shell.ask("CONFIG SET maxmemory " + enough)).isEqualTo("OK");
        });
    }

    @Test
    @Needs(Needs.Extra.SMALL_DISK)
    void keepsItsPromisesWhenTheDiskIsFull() {
        try (SmallDisk disk = SmallDisk.mount()) {
            redis.stop();
            Path before = redis.moveTo(disk.folder().resolve("redis"));
            redis.restart();
            try {
                Story.inMidSale("full-disk", redis, nodes, random -> {
                    disk.fill();
                    await("Redis ends rather than sell what it cannot keep")
                            .atMost(Duration.ofSeconds(15))
                            .until(() -> !redis.isAlive());
                    pause(random.nextInt(500));
                    disk.free();
                    redis.restart();
                });
            } finally {
                disk.free();
                redis.kill();
                redis.moveTo(before);
                redis.restart();
            }
        }
    }

    @Test
    void isBusyForWhoeverFindsTheOnlyConnectionTakenAndSellsOnAfterwards() {
        String sale = "one-connection-" + Story.SEED;
        assertThat(other.api().create(sale, 100, 1).status()).isEqualTo(201);
        assertThat(other.api().buy(sale, "early", "key", 1).status()).isEqualTo(201);
        List<String> buyers = IntStream.range(0, 40).mapToObj(i -> "buyer-" + i).toList();

        redis.freeze();
        List<CompletableFuture<Api.Reply>> asked = buyers.stream()
                .map(buyer -> CompletableFuture.supplyAsync(() -> other.api().buy(sale, buyer, "key", 1), THREADS))
                .toList();
        List<Api.Reply> heard = asked.stream().map(CompletableFuture::join).toList();
        redis.unfreeze();

        assertThat(heard).extracting(Api.Reply::status).containsOnly(202, 429).contains(202, 429);
        buyers.forEach(buyer -> assertThat(await().atMost(Duration.ofSeconds(15))
                        .until(() -> other.api().buy(sale, buyer, "key", 1), reply -> reply.status() != 429)
                        .status())
                .as(buyer)
                .isIn(200, 201));
        assertThat(other.api().sums(sale)).isEqualTo(new Api.Sums(100, 59, 0, 41, 0));
    }

    @Test
    void isBusyAtTheDoorForWhoeverFindsTooManyInsideAndSellsOnAfterwards() {
        String sale = "crowded-" + Story.SEED;
        assertThat(other.api().create(sale, 100, 1).status()).isEqualTo(201);
        List<String> buyers = IntStream.range(0, 2 * MOST_IN_FLIGHT)
                .mapToObj(i -> "buyer-" + i)
                .toList();

        redis.freeze();
        List<CompletableFuture<Api.Reply>> asked = buyers.stream()
                .map(buyer -> CompletableFuture.supplyAsync(() -> other.api().buy(sale, buyer, "key", 1), THREADS))
                .toList();
        // who is inside waits for the ledger; who is not hears it while they wait
        await("the door closes").atMost(Duration.ofSeconds(10)).until(() -> done(asked) >= MOST_IN_FLIGHT / 2);
        double inside = other.api().metric("seckill_in_flight");
        List<Api.Reply> heard = asked.stream().map(CompletableFuture::join).toList();
        redis.unfreeze();

        assertThat(inside).isBetween(1.0, (double) MOST_IN_FLIGHT);
        assertThat(heard).extracting(Api.Reply::status).containsOnly(429);
        assertThat(heard).allMatch(reply -> reply.header("Retry-After").equals("1"));
        assertThat(heard)
                .as("a connection for each refusal is what an overloaded node can't afford")
                .allMatch(reply -> reply.header("Connection").isEmpty());
        buyers.forEach(buyer -> assertThat(await().atMost(Duration.ofSeconds(15))
                        .until(() -> other.api().buy(sale, buyer, "key", 1), reply -> reply.status() != 429)
                        .status())
                .as(buyer)
                .isEqualTo(201));
        assertThat(other.api().sums(sale)).isEqualTo(new Api.Sums(100, 60, 0, 40, 0));
    }

    private static long done(List<CompletableFuture<Api.Reply>> asked) {
        return asked.stream().filter(CompletableFuture::isDone).count();
    }

    private static void severalTimes(Random random, Runnable harm) {
        for (int i = 0; i < 8; i++) {
            harm.run();
            pause(random.nextInt(300));
        }
    }

    private static void pause(int ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
