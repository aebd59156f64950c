package dev.seckill.lab;

import dev.seckill.trade.SaleId;
import dev.seckill.trial.Pause;
import dev.seckill.trial.StartFailure;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;

/**
 * A process on the client's machine that buys when it is told to, and shares nothing with the nodes but the key that signs tokens;
 * and what it has told until now, which is kept in the lab's folder, too. It ends when this closes, or with this process.
 */
final class Buyers implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration GOOD_AGAIN = Duration.ofSeconds(20);

    /** Its own patience with those who still ask, and some. */
    private static final Duration HALTED = Duration.ofSeconds(30);

    private final String names;
    private final int perSecond;
    private final Path log;
    private final Process process;
    private final BufferedWriter orders;
    private final ConcurrentSkipListMap<Integer, Purchase> purchases = new ConcurrentSkipListMap<>();

    /** The number of the first one who comes next. */
    private volatile int next;

    /** Of the first one who came when it was last told to. */
    private int first;

    private Buyers(String names, int perSecond, Path log, Process process) {
        this.names = names;
        this.perSecond = perSecond;
        this.log = log;
        this.process = process;
        orders = process.outputWriter(StandardCharsets.US_ASCII);
        Thread reader = new Thread(this::read);
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts them; nobody comes yet.
     *
     * @param key that their tokens are signed with
     * @param names that their names begin with: nobody else's do
     */
    static Buyers start(Lab lab, Path key, SaleId sale, String names, int perSecond) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-Dseckill.home=" + System.getProperty("seckill.home"),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.seckill.tools.Tools",
                "lab",
                "buyers"));
        command.addAll(List.of("--address", Lab.ADDRESS.toString()));
        command.addAll(List.of("--sale", sale.value()));
        command.addAll(List.of("--key", key.toString()));
        command.addAll(List.of("--names", names));
        command.addAll(List.of("--rate", Integer.toString(perSecond)));
        try {
            Path log = Files.createDirectories(lab.folder().resolve("buyers")).resolve(names + ".txt");
            return new Buyers(
                    names,
                    perSecond,
                    log,
                    new ProcessBuilder(lab.inside(Machine.CLIENT, command))
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start());
        } catch (IOException e) {
            throw new StartFailure("The buyers can't be started (" + e.getMessage() + ").", e);
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII);
                BufferedWriter copy = Files.newBufferedWriter(log)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                copy.write(line + '\n');
                if (line.startsWith(BuyersCommand.HALTED)) {
                    next = Integer.parseInt(line.substring(BuyersCommand.HALTED.length()));
                } else {
                    Purchase purchase = Purchase.parse(line);
                    purchases.put(purchase.number(), purchase);
                }
            }
        } catch (IOException e) {
            // it was ended
        }
    }

    String names() {
        return names;
    }

    /** From now on they come, until {@link #halt}. */
    void come() {
        first = next;
        say(BuyersCommand.COME);
    }

    /** No more of them come; when those who still ask are answered, gives what all heard since they came. */
    List<Purchase> halt() {
        say(BuyersCommand.HALT);
        long giveUp = System.nanoTime() + HALTED.toNanos();
        while (next == first) {
            requireAlive();
            if (System.nanoTime() - giveUp > 0) {
                throw new StartFailure("The buyers do not halt.");
            }
            Pause.of(POLL);
        }
        return soFar();
    }

    private void say(String word) {
        try {
            orders.write(word + '\n');
            orders.flush();
        } catch (IOException e) {
            throw new StartFailure("The buyers don't listen (" + e.getMessage() + ").", e);
        }
    }

    private void requireAlive() {
        if (!process.isAlive()) {
            throw new StartFailure("The buyers have ended by themselves.");
        }
    }

    /** What they have told since they came, in the order in which they were due. */
    List<Purchase> soFar() {
        return List.copyOf(purchases.tailMap(first).values());
    }

    /** The same since this began. */
    List<Purchase> all() {
        return List.copyOf(purchases.values());
    }

    /** Waits until purchases of so long have succeeded at the first try, one after the other, all of them due from now on. */
    void awaitGood(Duration length, Duration patience) {
        long fromMs = System.currentTimeMillis();
        long giveUp = System.nanoTime() + patience.toNanos();
        int wanted = Math.max(1, (int) (perSecond * length.toMillis() / TimeUnit.SECONDS.toMillis(1)));
        while (goodAtTheEnd(soFar(), fromMs) < wanted) {
            requireAlive();
            if (System.nanoTime() - giveUp > 0) {
                throw new Unexpected(
                        "purchases succeed for %.1f s".formatted(length.toMillis() / 1000.0),
                        "after " + patience.toSeconds() + " s " + goodAtTheEnd(soFar(), fromMs) + " of " + wanted
                                + " have since the last failure");
            }
            Pause.of(POLL);
        }
    }

    void awaitGood(Duration length) {
        awaitGood(length, length.plus(GOOD_AGAIN));
    }

    /** How many at the end have all succeeded at the first try, and have the numbers one after the other. */
    static int goodAtTheEnd(List<Purchase> purchases, long fromMs) {
        int good = 0;
        for (int i = purchases.size() - 1; i >= 0; i--) {
            Purchase each = purchases.get(i);
            if (each.dueMs() < fromMs || each.isFailedAtFirst()) {
                break;
            }
            boolean isNext = good == 0 || purchases.get(i + 1).number() == each.number() + 1;
            // one that is still waiting may fail
            good = isNext ? good + 1 : 1;
        }
        return good;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
