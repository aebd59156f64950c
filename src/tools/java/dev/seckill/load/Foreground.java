package dev.seckill.load;

import dev.seckill.trial.StartFailure;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command that is waited for, and that ends with whoever waits. */
final class Foreground {
    private Foreground() {}

    /** Runs it and gives what it wrote into that file; the command must end by itself within this time. */
    static String run(List<String> command, Path output, Duration patience) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try {
                if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new Spoiled(command.get(0) + " did not end within " + patience.toSeconds() + " s.");
                }
            } finally {
                process.destroyForcibly();
            }
            String said = Files.readString(output);
            if (process.exitValue() != 0) {
                throw new Spoiled(command.get(0) + " failed (exit code " + process.exitValue() + "): " + said.strip());
            }
            return said;
        } catch (IOException e) {
            throw new StartFailure("Can't run " + command.get(0) + " (" + e.getMessage() + ").", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("Interrupted.", e);
        }
    }

    /** Says how to install what is not there. */
    static void require(Generator generator) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            if (Files.isExecutable(Path.of(folder).resolve(generator.command))) {
                return;
            }
        }
        throw new StartFailure("There is no " + generator.command + " here: sudo apt-get install --yes "
                + generator.debianPackage + " installs it.");
    }
}
