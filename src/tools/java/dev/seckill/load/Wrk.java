package dev.seckill.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Buys with wrk: so many connections, each of which sends its next request when the last one was answered. Each run's
 * buyers are new ones.
 *
 * <p>Its latencies are not only those of answers. Where one took over twice the mean time between two requests of a
 * connection, wrk adds those that requests sent at that pace would have had meanwhile (its correction for coordinated
 * omission); there is no option without.
 */
final class Wrk {
    private static final String SCRIPT = "purchases.lua";

    /** Longer than a purchase may take; past it wrk counts a failure. */
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(10);

    private static final Duration START_AND_END = Duration.ofSeconds(30);

    private final Path folder;
    private final int connections;
    private final int threads;
    private final String run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    private final AtomicInteger runs = new AtomicInteger();

    private Wrk(Path folder, int connections, int threads) {
        this.folder = folder;
        this.connections = connections;
        this.threads = threads;
    }

    static Wrk in(Path folder, int connections, int threads) {
        try (InputStream script = Wrk.class.getResourceAsStream(SCRIPT)) {
            Files.copy(script, folder.resolve(SCRIPT), StandardCopyOption.REPLACE_EXISTING);
            return new Wrk(folder, connections, Math.min(threads, connections));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a reader must know of its latencies. */
    static String remark() {
        return "wrk corrects its latencies for coordinated omission: to one over twice the mean time between two"
                + " requests of a connection it adds those that requests sent at that pace would have had meanwhile. So"
                + " they are more than the answers.";
    }

    int connections() {
        return connections;
    }

    Slice load(URI reservations, Duration time) {
        List<String> command = List.of(
                Generator.WRK.command,
                "--threads",
                Integer.toString(threads),
                "--connections",
                Integer.toString(connections),
                "--duration",
                Math.max(1, time.toSeconds()) + "s",
                "--timeout",
                ANSWER_PATIENCE.toSeconds() + "s",
                "--script",
                folder.resolve(SCRIPT).toString(),
                reservations.toString(),
                "--",
                run + "-" + runs.incrementAndGet());
        return WrkOutput.parse(Foreground.run(command, folder.resolve("wrk.txt"), time.plus(START_AND_END)));
    }
}
