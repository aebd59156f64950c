package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.seckill.Api.Reply;
import dev.seckill.Api.Sums;
import dev.seckill.ledger.Ledgers;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.RedisProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Nodes hear of each other, or only think so, or do not: the same tickets are sold. In order, because a start costs ten seconds:
 * each test goes on with the nodes of the one before. Touches two node processes and a Redis of its own.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MembershipIT {
    private static final int CAPACITY = 100;

    /** Nodes that start together may each begin alone; then they look again every 30 s. */
    private static final Duration JOINED = Duration.ofSeconds(90);

    /** A killed node's connections end with it; what is left of this is for a busy machine. */
    private static final Duration GONE = Duration.ofSeconds(6);

    /** Three times a share's lease. */
    private static final Duration NOTHING_IS_STRANDED = Duration.ofSeconds(9);

    private static final int LIGHT_PORT = RedisProcess.freePort();
    private static final int HEAVY_PORT = RedisProcess.freePort();

    private static RedisServer redis;
    private static NodeProcess light;
    private static NodeProcess heavy;

    @BeforeAll
    static void start() {
        redis = RedisServer.start();
        light = NodeProcess.at(redis.address(), options(1, LIGHT_PORT, LIGHT_PORT, HEAVY_PORT));
        heavy = NodeProcess.at(redis.address(), options(3, HEAVY_PORT, LIGHT_PORT, HEAVY_PORT));
        light.launch();
        heavy.launch();
        light.awaitReady();
        heavy.awaitReady();
    }

    @AfterAll
    static void end() {
        light.close();
        heavy.close();
        redis.close();
    }

    private static String[] options(int weight, int port, int... members) {
        return new String[] {
            "-Dseckill.node.weight=" + weight,
            "-Dseckill.cluster.join=true",
            "-Dseckill.cluster.port=" + port,
            "-Dseckill.cluster.members="
                    + String.join(
                            ",",
                            IntStream.of(members)
                                    .mapToObj(each -> "127.0.0.1:" + each)
                                    .toList())
        };
    }

    @Test
    @Order(1)
    void hearsOfTheOtherAndSharesByWeight() {
        await().atMost(JOINED).until(() -> members(light) == 2 && members(heavy) == 2);
        String sale = putOn("weighed");

        buyAt(light, sale, "ann");
        buyAt(heavy, sale, "ben");

        await("a quarter of what is left, and half of that on top")
                .atMost(NOTHING_IS_STRANDED)
                .untilAsserted(() -> assertThat(localStock(light, sale)).isEqualTo(36));
        await("all of it, because three quarters and half of that on top are more")
                .atMost(NOTHING_IS_STRANDED)
                .untilAsserted(() -> assertThat(localStock(heavy, sale)).isEqualTo(98));
        assertThat(light.api().metric("seckill_members")).isEqualTo(2);
    }

    @Test
    @Order(2)
    @Needs(Needs.Extra.SS)
    void listensOnLoopbackOnly() throws IOException {
        String listening = new String(
                new ProcessBuilder("ss", "--no-header", "--listening", "--tcp", "--numeric", "--processes")
                        .start()
                        .getInputStream()
                        .readAllBytes(),
                StandardCharsets.UTF_8);

        for (NodeProcess node : List.of(light, heavy)) {
            assertThat(listening.lines().filter(line -> line.contains("pid=" + node.pid() + ",")))
                    .hasSizeGreaterThanOrEqualTo(2)
                    .allMatch(line -> line.contains("127.0.0.1"));
        }
    }

    @Test
    @Order(3)
    void strandsNothingWhenANodeIsFrozenThoughItIsStillAMemberAndSellsNothingWrongAfterwards() {
        String sale = putOn("frozen");
        buyAt(light, sale, "ann");
        buyAt(heavy, sale, "ben");

        heavy.freeze();
        long frozenAt = System.nanoTime();
        List<CompletableFuture<Reply>> asked;
        try {
            asked = IntStream.range(0, 4)
                    .mapToObj(
                            i -> CompletableFuture.supplyAsync(() -> heavy.api().buy(sale, "early-" + i, "key", 1)))
                    .toList();
            sellTheRest(light, sale, 2);
            assertThat(Duration.ofNanos(System.nanoTime() - frozenAt)).isLessThan(NOTHING_IS_STRANDED);
            assertThat(members(light)).isEqualTo(2);
        } finally {
            heavy.unfreeze();
        }

        assertThat(asked).allSatisfy(reply -> assertThat(reply.join().problem()).isIn("sold-out", "busy"));
        await().atMost(NOTHING_IS_STRANDED)
                .until(() ->
                        heavy.api().buy(sale, "zombie's", "key", 1).problem().equals("sold-out"));
        assertThat(heavy.api().buy(sale, "ben", "key", 1).status()).isEqualTo(200);
        isSoldExactly(sale);
    }

    @Test
    @Order(4)
    void sellsAllThatIsLeftWithoutARefusalWhenTheOtherIsKilled() throws IOException {
        String sale = putOn("killed");
        buyAt(light, sale, "ann");
        buyAt(heavy, sale, "ben");

        heavy.kill();

        sellTheRest(light, sale, 2);
        await().atMost(GONE).until(() -> members(light) == 1);
        assertThat(light.api().metric("seckill_members")).isEqualTo(1);
        assertThat(Files.readString(light.log(), StandardCharsets.UTF_8)).contains(HEAVY_PORT + " went; 1 ");
        isSoldExactly(sale);
    }

    @Test
    @Order(5)
    void sellsOneSaleFromTwoNodesThatDoNotHearOfEachOther() {
        int port = RedisProcess.freePort();
        heavy.kill();
        heavy.with(Map.of(), options(3, port, port)).restart();

        Story.inMidSale("split-view", redis, List.of(light.api(), heavy.api()), random -> {
            assertThat(members(light)).isEqualTo(1);
            assertThat(members(heavy)).isEqualTo(1);
        });
    }

    private static String putOn(String name) {
        String sale = name + "-" + Story.SEED;
        assertThat(light.api().create(sale, CAPACITY, 1).status()).isEqualTo(201);
        await().atMost(NOTHING_IS_STRANDED)
                .until(() -> heavy.api().get("/api/sales/" + sale).status() == 200);
        return sale;
    }

    private static void buyAt(NodeProcess node, String sale, String buyer) {
        assertThat(node.api().buy(sale, buyer, "key", 1).status()).isEqualTo(201);
    }

    private static void sellTheRest(NodeProcess node, String sale, int sold) {
        for (int i = sold; i < CAPACITY; i++) {
            buyAt(node, sale, "buyer-" + i);
        }
        assertThat(node.api().buy(sale, "too-late", "key", 1).problem()).isEqualTo("sold-out");
    }

    private static void isSoldExactly(String sale) {
        assertThat(light.api().sums(sale)).isEqualTo(new Sums(CAPACITY, 0, 0, CAPACITY, 0));
        Ledgers.auditedMovements(redis, new SaleId(sale));
    }

    private static int members(NodeProcess node) {
        for (JsonNode check : node.api().get("/health/ready").json().path("checks")) {
            if (check.path("name").asText().equals("cluster")) {
                return check.path("data").path("members").asInt();
            }
        }
        throw new AssertionError("health tells of no members");
    }

    private static double localStock(NodeProcess node, String sale) {
        return node.api().metric("seckill_local_stock\\{[^}]*sale=\"" + sale + "\"[^}]*}");
    }
}
