package dev.seckill.lab;

import dev.seckill.trial.StartFailure;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** A command that is waited for, that ends soon or is ended, and whose words are wanted. */
final class Exec {
    /** A guest that boots on a busy machine answers after seconds; what has to be asked longer is no question. */
    private static final List<String> LIMIT = List.of("timeout", "--kill-after=1", "30");

    private Exec() {}

    /** Gives what it wrote to its standard output. */
    static String run(List<String> command) {
        List<String> line = new ArrayList<>(LIMIT);
        line.addAll(command);
        try {
            Process process = new ProcessBuilder(line)
                    .redirectInput(new File("/dev/null"))
                    .start();
            CompletableFuture<String> errors = CompletableFuture.supplyAsync(
                    () -> process.errorReader().lines().collect(Collectors.joining("\n")));
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code != 0) {
                throw new StartFailure("%s ended with %d: %s"
                        .formatted(String.join(" ", command), code, (errors.join() + said).strip()));
            }
            return said;
        } catch (IOException e) {
            throw new StartFailure("Can't run " + command.get(0) + " (" + e.getMessage() + ").", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("Interrupted.", e);
        }
    }
}
