package dev.seckill.lab;

import dev.seckill.trade.SaleId;
import dev.seckill.trial.Pause;
import dev.seckill.trial.StartFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;

/**
 * The buyers of one story: a process on the client's machine that shares nothing with the nodes but the key that signs tokens, and
 * what it has told until now. It ends when this closes, or with this process.
 */
final class Buyers implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration STARTED = Duration.ofSeconds(20);

    /** Its own patience with those who still ask, and some. */
    private static final Duration ENDED = Duration.ofSeconds(30);

    private final String names;
    private final int perSecond;
    private final Process process;
    private final Thread reader;
    private final Map<Integer, Purchase> purchases = new ConcurrentSkipListMap<>();

    private Buyers(String names, int perSecond, Process process) {
        this.names = names;
        this.perSecond = perSecond;
        this.process = process;
        reader = new Thread(this::read);
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts them.
     *
     * @param key that their tokens are signed with
     * @param names that their names begin with: nobody else's do
     */
    static Buyers start(Lab lab, Path key, SaleId sale, String names, int perSecond) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // little memory, and soon at its speed: it lives for seconds beside four nodes
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
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
            return new Buyers(
                    names,
                    perSecond,
                    new ProcessBuilder(lab.inside(Machine.CLIENT, command))
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start());
        } catch (IOException e) {
            throw new StartFailure("The buyers can't be started (" + e.getMessage() + ").", e);
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.US_ASCII)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Purchase purchase = Purchase.parse(line);
                purchases.put(purchase.number(), purchase);
            }
        } catch (IOException e) {
            // it was ended
        }
    }

    String names() {
        return names;
    }

    int perSecond() {
        return perSecond;
    }

    /** What they have told until now, in the order in which they were due. */
    List<Purchase> soFar() {
        return List.copyOf(purchases.values());
    }

    /** Waits until purchases of so long have succeeded at the first try, one after the other, all of them due from now on. */
    void awaitGood(Duration length, Duration patience) {
        long fromMs = System.currentTimeMillis();
        long giveUp = System.nanoTime() + patience.toNanos();
        int wanted = Math.max(1, (int) (perSecond * length.toMillis() / TimeUnit.SECONDS.toMillis(1)));
        while (goodAtTheEnd(soFar(), fromMs) < wanted) {
            if (!process.isAlive()) {
                throw new StartFailure("The buyers have ended by themselves.");
            }
            if (System.nanoTime() - giveUp > 0) {
                throw new Unexpected(
                        "purchases succeed for %.1f s".formatted(length.toMillis() / 1000.0),
                        "after "
                                + patience.toSeconds() + " s " + goodAtTheEnd(soFar(), fromMs) + " of " + wanted
                                + " have since the last failure");
            }
            Pause.of(POLL);
        }
    }

    void awaitGood(Duration length) {
        awaitGood(length, STARTED);
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

    /** No more of them come; when those who still ask are answered, gives what all heard. */
    List<Purchase> end() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(ENDED.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new StartFailure("The buyers do not end.");
            }
            reader.join(ENDED.toMillis());
            return soFar();
        } catch (IOException e) {
            throw new StartFailure("The buyers can't be told to end (" + e.getMessage() + ").", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("Interrupted.", e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
