package dev.seckill.load;

import dev.seckill.identity.Role;
import dev.seckill.signin.TrialIssuer;
import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Signs the tokens of as many buyers as a load needs, on all processors, and keeps them in a file for the next run: a
 * million take minutes. All are equally long, so the file's length tells how many it has.
 */
final class SignedTokens {
    private static final int AT_ONCE = 2_000;
    private static final Duration LIFE = Duration.ofDays(365);

    private SignedTokens() {}

    /** Those of at least so many buyers: the first is of {@link AttemptRequest#buyer}{@code (0)}, and so on. */
    static TokenFile of(Path keyFile, int buyers, Path folder, Progress progress) {
        TrialIssuer issuer = TrialIssuer.of(keyFile);
        Path file = folder.resolve("tokens-" + issuer.keyId() + ".txt");
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        int width = line(issuer, 0, now).length();
        try {
            if (!Files.exists(file)) {
                Files.createDirectories(folder);
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            // a run that was stopped while it wrote leaves part of a line
            int first = Math.toIntExact(Files.size(file) / width);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate((long) first * width);
            }
            append(issuer, now, first, buyers, file, progress);
            return TokenFile.open(file);
        } catch (IOException e) {
            throw new StartFailure("The tokens can't be kept in " + file + " (" + e + ").", e);
        }
    }

    private static void append(TrialIssuer issuer, Instant now, int first, int buyers, Path file, Progress progress)
            throws IOException {
        long begin = System.nanoTime();
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
            for (int from = first; from < buyers; from += AT_ONCE) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new StartFailure("Interrupted.");
                }
                int to = Math.min(buyers, from + AT_ONCE);
                out.write(IntStream.range(from, to)
                        .parallel()
                        .mapToObj(buyer -> line(issuer, buyer, now))
                        .collect(Collectors.joining())
                        .getBytes(StandardCharsets.US_ASCII));
                Duration each = Duration.ofNanos((System.nanoTime() - begin) / (to - first));
                progress.step(
                        "signing the buyers' tokens: %,d of %,d".formatted(to, buyers), each.multipliedBy(buyers - to));
            }
        }
    }

    private static String line(TrialIssuer issuer, int buyer, Instant now) {
        return issuer.sign(AttemptRequest.buyer(buyer).value(), List.of(Role.BUYER), now, now.plus(LIFE)) + '\n';
    }
}
