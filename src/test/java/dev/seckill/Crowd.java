package dev.seckill;

import dev.seckill.Api.Reply;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Buyers who come one after another over HTTP, and remember every word they hear. One wants a ticket, another two; they
 * ask any node, ask again with the same key when they are told to or cut off, poll what is unknown, come back after
 * "sold out", cancel, cancel before they have asked, or ask on two nodes at once. What each of them wants follows from the
 * seed; what happens to them does not, because nobody can order processes about.
 */
final class Crowd {
    private static final int BUYERS_AT_ONCE = 16;

    /** Bounds what a run can cost: some minutes of the usual rush. */
    private static final int MOST_BUYERS = 100_000;

    private static final int MOST_RETURNS = 3;
    private static final int LAST_LOOKERS = 8;

    /** What somebody who was told to come again does so within, after the last buyer was let in. */
    private static final int CLOSING_S = 60;

    enum Deed {
        RESERVE,
        LOOK,
        CANCEL
    }

    /**
     * One request and what came back, in ms of this machine's clock, which is Redis' clock too.
     *
     * @param reply null when the connection broke, which then says how
     */
    record Heard(
            Deed deed,
            ReservationId id,
            String buyer,
            String key,
            int quantity,
            long sentMs,
            long heardMs,
            Reply reply,
            String broke) {
        int status() {
            return reply == null ? 0 : reply.status();
        }

        /** The connection broke, or nginx says that no node has answered: it may have been done all the same. */
        boolean isCut() {
            return reply == null || (status() == 502 && reply.problem().equals("fault"));
        }

        String problem() {
            return reply == null ? "" : reply.problem();
        }

        boolean owns() {
            return reply != null && (status() == 200 || status() == 201);
        }

        @Override
        public String toString() {
            return deed + " " + buyer + "/" + key + " (" + quantity + ") at " + sentMs + " heard after "
                    + (heardMs - sentMs) + " ms: " + (reply == null ? broke : reply.status() + " " + reply.text());
        }
    }

    private final long seed;
    private final int nextWithinMs;
    private final List<Api> nodes;
    private final List<String> sales;
    private final Queue<Heard> heard = new ConcurrentLinkedQueue<>();
    private final AtomicInteger nextBuyer = new AtomicInteger();
    private final AtomicInteger wins = new AtomicInteger();
    private final ExecutorService buyers = Executors.newFixedThreadPool(BUYERS_AT_ONCE);
    private volatile boolean closing;
    private volatile long giveUpAtNanos;

    /**
     * Nobody comes before {@link #begin}. Which nodes there are may change at any time, but one there is.
     *
     * @param nextWithinMs how soon one buyer comes behind another
     */
    Crowd(long seed, List<Api> nodes, List<String> sales, int nextWithinMs) {
        this.seed = seed;
        this.nodes = nodes;
        this.sales = sales;
        this.nextWithinMs = nextWithinMs;
    }

    void begin() {
        for (int i = 0; i < BUYERS_AT_ONCE; i++) {
            buyers.execute(() -> {
                for (int next = nextBuyer.incrementAndGet();
                        !closing && next < MOST_BUYERS;
                        next = nextBuyer.incrementAndGet()) {
                    new Buyer(next).live();
                }
            });
        }
    }

    /** Reservations that somebody was told to have got, up to now. */
    int wins() {
        return wins.get();
    }

    /** Lets nobody in any more; those who are there finish what they came for. False if somebody never does. */
    boolean leave() {
        giveUpAtNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSING_S);
        closing = true;
        buyers.shutdown();
        try {
            return buyers.awaitTermination(CLOSING_S + 30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            buyers.shutdownNow();
        }
    }

    /** Each of them looks once more at what it has or may have. */
    void lookAgain() {
        List<Heard> asked = heard.stream()
                .filter(each -> each.owns() || each.status() == 202 || each.isCut())
                .filter(each -> each.deed == Deed.RESERVE)
                .toList();
        ExecutorService lookers = Executors.newFixedThreadPool(LAST_LOOKERS);
        asked.stream()
                .collect(Collectors.toMap(Heard::id, each -> each, (a, b) -> a))
                .values()
                .forEach(each -> lookers.execute(() -> look(node(each.heardMs), each)));
        lookers.shutdown();
        try {
            lookers.awaitTermination(CLOSING_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lookers.shutdownNow();
        }
    }

    /** One more buyer, without whims. */
    Heard buy(String sale, String buyer) {
        return reserve(node(heard.size()), sale, buyer, "late", 1);
    }

    List<Heard> heard() {
        return List.copyOf(heard);
    }

    private Api node(long any) {
        List<Api> now = List.copyOf(nodes);
        return now.get((int) Math.floorMod(any, (long) now.size()));
    }

    private Heard reserve(Api node, String sale, String buyer, String key, int quantity) {
        Heard answer = hear(
                Deed.RESERVE, id(sale, buyer, key), buyer, key, quantity, () -> node.buy(sale, buyer, key, quantity));
        if (answer.status() == 201) {
            wins.incrementAndGet();
        }
        return answer;
    }

    private Heard look(Api node, Heard at) {
        return hear(
                Deed.LOOK,
                at.id,
                at.buyer,
                at.key,
                at.quantity,
                () -> node.get("/api/reservations/" + at.id, Api.BUYER, at.buyer));
    }

    private Heard hear(Deed deed, ReservationId id, String buyer, String key, int quantity, Supplier<Reply> request) {
        long sentMs = System.currentTimeMillis();
        Reply reply = null;
        String broke = "";
        try {
            reply = request.get();
        } catch (UncheckedIOException e) {
            broke = e.getCause().toString();
        }
        Heard one = new Heard(deed, id, buyer, key, quantity, sentMs, System.currentTimeMillis(), reply, broke);
        heard.add(one);
        return one;
    }

    private static ReservationId id(String sale, String buyer, String key) {
        return ReservationId.derive(new SaleId(sale), BuyerId.named(buyer), new IdempotencyKey(key));
    }

    private final class Buyer {
        private final SplittableRandom random;
        private final String sale;
        private final String name;
        private final int quantity;

        Buyer(int number) {
            random = new SplittableRandom(seed + number);
            sale = sales.get(random.nextInt(sales.size()));
            name = "buyer-" + number;
            quantity = chance(20) ? 2 : 1;
        }

        void live() {
            if (chance(4)) {
                cancel("first", true);
            }
            boolean owns = chance(6) ? askOnTwoNodesAtOnce() : ask("first", quantity);
            if (owns && chance(15)) {
                ask("first", quantity);
            }
            if (owns && chance(10)) {
                ask("second", 1);
            }
            if (owns && chance(25)) {
                cancel("first", chance(50));
            }
            pause(random.nextInt(nextWithinMs));
        }

        private boolean chance(int percent) {
            return random.nextInt(100) < percent;
        }

        private boolean askOnTwoNodesAtOnce() {
            Thread twin = new Thread(() -> reserve(node(0), sale, name, "first", quantity));
            twin.start();
            boolean owns = ask("first", quantity);
            try {
                twin.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return owns;
        }

        /** True when this buyer was told to have it. */
        private boolean ask(String key, int tickets) {
            int returns = 0;
            while (mayGoOn()) {
                Heard answer = reserve(anyNode(), sale, name, key, tickets);
                // Some ask where they are told to, others just ask again.
                if (answer.status() == 202 && chance(60)) {
                    answer = poll(answer);
                }
                if (answer.owns()) {
                    return true;
                }
                if (answer.status() == 409) {
                    if (closing || returns == MOST_RETURNS || !chance(20)) {
                        return false;
                    }
                    returns++;
                    pause(300 + random.nextInt(1_000));
                } else {
                    pause(50 + random.nextInt(200));
                }
            }
            return false;
        }

        /** Looks where a 202 has sent it until there is an answer. */
        private Heard poll(Heard unknown) {
            Heard answer = unknown;
            while (answer.status() != 200 && answer.status() != 404 && mayGoOn()) {
                pause(50 + random.nextInt(200));
                Api node = anyNode();
                String location = unknown.reply.header("Location");
                answer = hear(
                        Deed.LOOK,
                        unknown.id,
                        name,
                        unknown.key,
                        unknown.quantity,
                        () -> node.get(location, Api.BUYER, name));
            }
            return answer;
        }

        private void cancel(String key, boolean showsKey) {
            ReservationId id = id(sale, name, key);
            while (mayGoOn()) {
                Api node = anyNode();
                Heard answer = hear(
                        Deed.CANCEL,
                        id,
                        name,
                        key,
                        quantity,
                        () -> showsKey
                                ? node.send("DELETE", "/api/reservations/" + id, null, Api.BUYER, name, Api.KEY, key)
                                : node.cancel(id.toString(), name));
                if (!answer.isCut() && !List.of(202, 429, 503).contains(answer.status())) {
                    return;
                }
                pause(50 + random.nextInt(200));
            }
        }

        private Api anyNode() {
            return node(random.nextInt(MOST_BUYERS));
        }

        private boolean mayGoOn() {
            return !closing || System.nanoTime() - giveUpAtNanos < 0;
        }
    }

    private static void pause(int ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
