package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seckill.Api.Sums;
import dev.seckill.Crowd.Heard;
import dev.seckill.Promises.Cuts;
import dev.seckill.ledger.Ledgers;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Two sales and a crowd, something bad in the middle, and afterwards everything that was promised. In one sale tickets are
 * kept; in the other they expire after a second and are sold again and again, so that it is never over.
 */
final class Story {
    private static final boolean LONG = Boolean.getBoolean("seckill.test.long");
    private static final int ROUNDS = LONG ? 10 : 1;
    static final long SEED = Long.getLong("seed", System.nanoTime() % 1_000_000);
    private static final int LIMIT = 2;
    private static final int BRIEF_CAPACITY = 40;
    private static final Duration BEFORE = Duration.ofSeconds(LONG ? 5 : 1);
    private static final Duration AFTER = BEFORE;

    /** Between two buyers, of each of the sixteen who are there at once: at most. */
    static final int SOON_MS = 20;

    private static final int SLOWLY_MS = 200;

    /** Two seconds until a sale is adopted, a timer's tick, a circuit breaker's delay, one timeout; three times that. */
    private static final Duration BACK = Duration.ofSeconds(15);

    /** What goes wrong, with the dice for when and how often. It has come right again when this returns. */
    interface Fault {
        void strike(Random random) throws Exception;
    }

    /**
     * Where it is told.
     *
     * @param asked whom the crowd asks
     * @param nodes who has to know a sale before it begins
     * @param nextWithinMs how soon one buyer comes behind another
     */
    private record Stage(int redisPort, List<Api> asked, List<Api> nodes, Cuts cuts, int nextWithinMs) {}

    private final Stage stage;
    private final Api api;
    private final Crowd crowd;
    private final String kept;
    private final String brief;

    private Story(String name, long seed, Stage stage) {
        this.stage = stage;
        this.api = stage.asked.get(0);
        kept = name + "-" + Math.abs(seed) + "-kept";
        brief = name + "-" + Math.abs(seed) + "-brief";
        crowd = new Crowd(seed, stage.asked, List.of(kept, brief), stage.nextWithinMs);
    }

    /** The nodes live on, so each request is answered. */
    static void inMidSale(String name, RedisServer redis, List<Api> nodes, Fault fault) {
        rounds(name, new Stage(redis.port(), nodes, nodes, Cuts.NONE, SOON_MS), fault);
    }

    /** Nodes die, and take with them whoever is connected. */
    static void whileNodesDie(String name, RedisServer redis, List<Api> nodes, Fault fault) {
        rounds(name, new Stage(redis.port(), nodes, nodes, Cuts.CONNECTIONS, SOON_MS), fault);
    }

    /** The same with nginx, through which all come; more slowly, because four nodes share the machine with them, and start meanwhile. */
    static void behindNginx(String name, int redisPort, Api nginx, List<Api> behind, Cuts cuts, Fault fault) {
        rounds(name, new Stage(redisPort, List.of(nginx), behind, cuts, SLOWLY_MS), fault);
    }

    private static void rounds(String name, Stage stage, Fault fault) {
        for (long seed = SEED; seed < SEED + ROUNDS; seed++) {
            System.out.println(name + ": -Dseed=" + seed + " throws the same dice again");
            // Each story throws its own dice, in whatever order they are told.
            long dice = seed * 1_000_003 + name.hashCode();
            try {
                new Story(name, dice, stage).tell(new Random(dice), fault);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("with -Dseed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private void tell(Random random, Fault fault) throws Exception {
        putOn(kept, 30 + random.nextInt(200), "\"hold\": \"PT1H\"");
        putOn(brief, BRIEF_CAPACITY, "\"hold\": \"PT1S\"");
        crowd.begin();
        boolean allLeft;
        try {
            await("the first tickets").atMost(BACK).until(() -> crowd.wins() > 0);
            Thread.sleep(BEFORE.toMillis());

            fault.strike(random);

            int winsBefore = crowd.wins();
            await("it sells on").atMost(BACK).until(() -> crowd.wins() > winsBefore);
            Thread.sleep(AFTER.toMillis());
        } finally {
            allLeft = crowd.leave();
        }
        assertThat(allLeft).as("everybody got an answer to stay with").isTrue();

        sellTheRest(kept);
        await("everybody else hears so")
                .atMost(BACK)
                .until(() -> crowd.buy(kept, "too-late").problem().equals("sold-out"));
        await("unpaid tickets come back")
                .atMost(BACK)
                .until(() -> api.sums(brief).reserved() == 0);
        sellTheRest(brief);
        crowd.lookAgain();
        Sums sums = api.sums(kept);
        assertThat(sums).isEqualTo(new Sums(sums.capacity(), 0, 0, sums.capacity(), 0));
        assertThat(brokenPromises()).isEmpty();
    }

    private void putOn(String sale, int capacity, String... more) {
        assertThat(api.create(sale, capacity, LIMIT, more).status()).isEqualTo(201);
        stage.nodes.forEach(node -> await("every node knows the sale")
                .atMost(BACK)
                .until(() -> node.get("/api/sales/" + sale).status() == 200));
    }

    /** What is left, and what rests, finds buyers; where tickets expire meanwhile, as many as there were at the beginning. */
    private void sellTheRest(String sale) {
        long left = left(sale);
        int winsBefore = crowd.wins();
        AtomicInteger asked = new AtomicInteger();
        await("nothing is stranded: " + left + " tickets of " + sale)
                .pollInterval(Duration.ofMillis(5))
                .pollDelay(Duration.ZERO)
                .atMost(BACK.multipliedBy(2))
                .until(() -> {
                    int status =
                            crowd.buy(sale, "late-" + asked.incrementAndGet()).status();
                    return crowd.wins() - winsBefore >= left || (status != 201 && left(sale) == 0);
                });
    }

    private long left(String sale) {
        Sums sums = api.sums(sale);
        return sums.remaining() + sums.returning();
    }

    private List<String> brokenPromises() {
        List<String> broken = new ArrayList<>();
        for (String sale : List.of(kept, brief)) {
            List<Heard> heard = crowd.heard().stream()
                    .filter(each -> each.id().sale().value().equals(sale))
                    .toList();
            long nowMs = System.currentTimeMillis();
            broken.addAll(Promises.broken(
                    heard, Ledgers.auditedMovements(stage.redisPort, new SaleId(sale)), LIMIT, stage.cuts, nowMs));
            System.out.println(sale + ": " + summary(heard) + cutFor(heard));
        }
        return broken;
    }

    /** For how long requests were cut off: from the first that was sent to the last. */
    private static String cutFor(List<Heard> heard) {
        LongSummaryStatistics sentMs =
                heard.stream().filter(Heard::isCut).mapToLong(Heard::sentMs).summaryStatistics();
        return sentMs.getCount() == 0
                ? ""
                : "; " + sentMs.getCount() + " cut off, sent within " + (sentMs.getMax() - sentMs.getMin()) + " ms";
    }

    /** How often each answer was given, and what the slowest of them took. */
    private static String summary(List<Heard> heard) {
        Map<String, LongSummaryStatistics> answers = new TreeMap<>();
        for (Heard each : heard) {
            String answer = each.deed() + " " + each.status() + " "
                    + (each.reply() == null ? each.broke() : each.reply().problem());
            answers.computeIfAbsent(answer.strip(), name -> new LongSummaryStatistics())
                    .accept(each.heardMs() - each.sentMs());
        }
        return answers.entrySet().stream()
                .map(each -> each.getKey() + ": " + each.getValue().getCount() + " in "
                        + each.getValue().getMax() + " ms")
                .collect(Collectors.joining(", "));
    }
}
