package dev.seckill.load;

import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Asks with wrk: so many connections, each of which sends its next request when the last one was answered. It buys, by the next
 * of the buyers, beginning anywhere among them; or it sends the same GET again and again.
 *
 * <p>Its latencies are not only those of answers. Where one took over twice the mean time between two requests of a
 * connection, wrk adds those that requests sent at that pace would have had meanwhile (its correction for coordinated
 * omission); there is no option without.
 */
final class Wrk {
    private static final String PURCHASES = "purchases.lua";
    private static final String RESULT = "result.lua";
    private static final String TOKENS = "tokens-";

    /** Their buyers have bought before, where there have to be winners. */
    private static final int LEFT_OUT = 200;

    /** Longer than a purchase may take; past it wrk counts a failure. */
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(10);

    private static final Duration START_AND_END = Duration.ofSeconds(30);

    private final Path folder;
    private final String script;
    private final int connections;
    private final int threads;
    private final String run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    private final AtomicInteger runs = new AtomicInteger();
    private final int width;

    /** Of its command lines. */
    private final List<String> prefix;

    private Wrk(Path folder, String script, int connections, int threads, int width, List<String> prefix) {
        this.folder = folder;
        this.prefix = List.copyOf(prefix);
        this.script = script;
        this.connections = connections;
        this.threads = threads;
        this.width = width;
    }

    /** A part of them for each thread, all equally long so that the script finds each at once; gives how long. */
    private static int writeTokens(Path folder, int threads, TokenFile tokens) throws IOException {
        if (tokens.size() < LEFT_OUT + threads) {
            throw new StartFailure(
                    "There are " + tokens.size() + " tokens, and at least " + (LEFT_OUT + threads) + " are needed.");
        }
        int width = 0;
        for (int i = LEFT_OUT; i < tokens.size(); i++) {
            width = Math.max(width, tokens.length(i));
        }
        for (int thread = 0; thread < threads; thread++) {
            try (Writer part = Files.newBufferedWriter(folder.resolve(TOKENS + thread), StandardCharsets.US_ASCII)) {
                for (int i = LEFT_OUT + thread; i < tokens.size(); i += threads) {
                    String token = tokens.token(i);
                    part.write(token);
                    // what stands at the end of a header's value is no part of it
                    part.write(" ".repeat(width - token.length()));
                }
            }
        }
        return width;
    }

    /** That buys. */
    static Wrk in(Path folder, int connections, int threads, TokenFile tokens) {
        try {
            int fitting = Math.min(threads, connections);
            write(folder, PURCHASES, RESULT);
            return new Wrk(folder, PURCHASES, connections, fitting, writeTokens(folder, fitting, tokens), List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** That sends a GET. */
    static Wrk getting(Path folder, int connections, int threads) {
        try {
            write(folder, RESULT);
            return new Wrk(folder, RESULT, connections, Math.min(threads, connections), 0, List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same, started by that: as by what enters a network namespace. */
    Wrk startedBy(List<String> command) {
        return new Wrk(folder, script, connections, threads, width, command);
    }

    /** A script under the name of its first part, as wrk takes only one. */
    private static void write(Path folder, String... parts) throws IOException {
        try (OutputStream script = Files.newOutputStream(folder.resolve(parts[0]))) {
            for (String part : parts) {
                try (InputStream content = Wrk.class.getResourceAsStream(part)) {
                    content.transferTo(script);
                }
            }
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

    Slice load(URI address, Duration time) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
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
                folder.resolve(script).toString(),
                address.toString()));
        if (script.equals(PURCHASES)) {
            command.addAll(List.of(
                    "--",
                    run + "-" + runs.incrementAndGet(),
                    folder.resolve(TOKENS).toString(),
                    Integer.toString(width),
                    Integer.toString(ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE))));
        }
        return WrkOutput.parse(Foreground.run(command, folder.resolve("wrk.txt"), time.plus(START_AND_END)));
    }
}
