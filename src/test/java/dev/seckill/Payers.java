package dev.seckill;

import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Buyers who pay what they reserve, one after another, over whatever node answers: with any card, in one window or two, after having
 * cancelled, or not at all. Whoever gets no answer asks again with the same key.
 */
final class Payers {
    private static final int AT_ONCE = 4;
    private static final int MOST_TRIES = 100;
    private static final int CLOSING_S = 60;
    private static final List<String> CARDS = List.of(
            "4242424242424242",
            "4242424242424242",
            "4000000000000002",
            "4000000000000010",
            "4000000000000028",
            "4000000000000036",
            "4000000000000044",
            "4000000000000051",
            "4000000000000069");

    private final List<Api> nodes;
    private final String sale;
    private final long seed;
    private final AtomicInteger paid = new AtomicInteger();
    private final List<Future<?>> all = new ArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    private volatile boolean isOpen = true;

    /** The nodes are those in service, and may change. */
    Payers(List<Api> nodes, String sale, long seed) {
        this.nodes = nodes;
        this.sale = sale;
        this.seed = seed;
        for (int i = 0; i < AT_ONCE; i++) {
            int who = i;
            all.add(threads.submit(() -> pay(who)));
        }
    }

    /** Cards that were typed on a page. */
    int paid() {
        return paid.get();
    }

    void awaitMore(int more) {
        int before = paid();
        await("buyers pay").atMost(Duration.ofSeconds(60)).until(() -> paid() >= before + more);
    }

    /** Lets nobody else in, and waits for those who are inside. */
    void close() throws Exception {
        isOpen = false;
        for (Future<?> each : all) {
            each.get(CLOSING_S, TimeUnit.SECONDS);
        }
        threads.shutdown();
    }

    private void pay(int who) {
        Random random = new Random(seed * AT_ONCE + who);
        for (int i = 0; isOpen; i++) {
            pay("payer-" + who + "-" + i, random);
        }
    }

    private void pay(String buyer, Random random) {
        Api.Reply reserved = answered(
                random, api -> api.buy(sale, buyer, "key", 1 + random.nextInt(2)), reply -> reply.status() < 429);
        if (reserved == null || reserved.status() > 201) {
            return;
        }
        String address = "/api/reservations/" + reserved.id();
        int windows = random.nextInt(6) == 0 ? 2 : 1;
        for (int window = 0; window < windows; window++) {
            String key = "window-" + window;
            Api.Reply begun = answered(
                    random,
                    api -> api.send("POST", address + "/payment", null, Api.BUYER, buyer, Api.KEY, key),
                    reply -> reply.status() < 429);
            if (random.nextInt(8) == 0) {
                answered(random, api -> api.cancel(reserved.id(), buyer), reply -> reply.status() < 429);
            }
            if (begun != null && begun.status() <= 201 && random.nextInt(10) > 0) {
                type(begun.json().path("pay_at").asText(), random);
            }
        }
    }

    private void type(String page, Random random) {
        String card = "card=" + CARDS.get(random.nextInt(CARDS.size()));
        Api.Reply typed = answered(
                random,
                api -> api.send("POST", page, card, "Content-Type", "application/x-www-form-urlencoded"),
                reply -> reply.status() == 303 || reply.status() == 409);
        if (typed != null && typed.status() == 303) {
            paid.incrementAndGet();
        }
    }

    /** What some node answers in the end; null if none does. */
    private Api.Reply answered(Random random, Question question, Predicate<Api.Reply> isAnswer) {
        for (int i = 0; i < MOST_TRIES; i++) {
            try {
                Api.Reply reply = question.ask(nodes.get(random.nextInt(nodes.size())));
                if (isAnswer.test(reply)) {
                    return reply;
                }
                Thread.sleep(100);
            } catch (UncheckedIOException e) {
                // that node has died: the next one
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return null;
    }

    @FunctionalInterface
    private interface Question {
        Api.Reply ask(Api api);
    }
}
