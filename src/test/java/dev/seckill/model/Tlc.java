package dev.seckill.model;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs the TLA+ checker on a module of {@code src/model}, in a process of its own because it keeps all its state in
 * statics. What it reads and says stays in {@code target/model}, a folder for each check.
 */
final class Tlc {
    private static final int TRIES = 2;
    private static final Path MODULES = Path.of("src/model").toAbsolutePath();
    private static final Path RUNS = Path.of("target/model").toAbsolutePath();
    private static final Pattern COUNTS =
            Pattern.compile("(\\d+) states generated, (\\d+) distinct states found, 0 states left on queue");
    private static final int VIOLATES_AN_INVARIANT = 12;
    private static final int VIOLATES_A_PROPERTY = 13;

    /**
     * @param holds that no error was found in all states
     * @param violates the promise that a behaviour breaks, or ''
     * @param states generated / distinct; '' if it stopped before it had them all
     */
    record Verdict(boolean holds, String violates, String states, Path said) {}

    private Tlc() {}

    static String module(String name) throws IOException {
        return Files.readString(MODULES.resolve(name + ".tla"));
    }

    static String config(String name) throws IOException {
        return Files.readString(MODULES.resolve(name + ".cfg"));
    }

    /** Checks a module as its own .cfg says but for these settings; only one promise if it is named. */
    static Verdict check(String name, String settings, String promise, int patienceSeconds)
            throws IOException, InterruptedException {
        Path run = RUNS.resolve((name + "-" + settings + "-" + promise).replaceAll("\\W+", "-"));
        Files.createDirectories(run);
        Files.writeString(run.resolve(name + ".tla"), module(name));
        Files.writeString(run.resolve(name + ".cfg"), configWith(name, settings, promise));
        Path said = run.resolve("said.txt");
        // TLC 2.18 was seen to sit still for ever once it had the initial states of a model that takes 4 s.
        // What did not end has said nothing, so it is asked again. May go with a TLC that always ends.
        for (int tries = 0; tries < TRIES; tries++) {
            Process process = start(run, name, said);
            try {
                if (process.waitFor(patienceSeconds, TimeUnit.SECONDS)) {
                    return verdict(process.exitValue(), promise, said);
                }
            } finally {
                process.destroyForcibly();
            }
        }
        throw new IllegalStateException("%d times not done in %d s, see %s".formatted(TRIES, patienceSeconds, said));
    }

    private static Process start(Path run, String name, Path said) throws IOException {
        String jar = new File(tlc2.TLC
                        .class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .getPath();
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // Most checks are over before a better compiler pays.
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx2g",
                        "-Djava.io.tmpdir=" + run,
                        "-cp",
                        jar,
                        "tlc2.TLC",
                        "-workers",
                        "1",
                        "-metadir",
                        "states",
                        name + ".tla")
                .directory(run.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
    }

    private static String configWith(String name, String settings, String promise) throws IOException {
        String config = config(name);
        for (String setting : settings.isEmpty() ? new String[0] : settings.split("; ")) {
            String constant = setting.split(" = ", 2)[0];
            Matcher line = Pattern.compile("(?m)^  " + constant + " = .*$").matcher(config);
            if (!line.find()) {
                throw new IllegalArgumentException(name + ".cfg has no " + constant);
            }
            config = line.replaceFirst(Matcher.quoteReplacement("  " + setting));
        }
        if (promise.isEmpty()) {
            return config;
        }
        config = config.split("\nINVARIANTS", 2)[0];
        // Equal nodes may be taken for one another only where no order of events is looked at.
        return isTemporal(name, promise)
                ? config.replaceFirst("SYMMETRY.*", "") + "\nPROPERTIES\n  " + promise + "\n"
                : config + "\nINVARIANTS\n  " + promise + "\n";
    }

    private static boolean isTemporal(String name, String promise) throws IOException {
        Matcher definition = Pattern.compile("(?m)^" + promise + " ==\\s+(.*)$").matcher(module(name));
        if (!definition.find()) {
            throw new IllegalArgumentException(name + ".tla has no " + promise);
        }
        return definition.group(1).contains("<>");
    }

    private static Verdict verdict(int exit, String promise, Path said) throws IOException {
        String text = Files.readString(said);
        Matcher counts = COUNTS.matcher(text);
        String states = counts.find() ? counts.group(1) + " / " + counts.group(2) : "";
        Matcher violated = Pattern.compile("Invariant (\\w+) is violated").matcher(text);
        String violates = "";
        if (exit == VIOLATES_AN_INVARIANT && violated.find()) {
            violates = violated.group(1);
        } else if (exit == VIOLATES_A_PROPERTY && text.contains("Temporal properties were violated")) {
            violates = promise;
        }
        boolean holds = exit == 0 && text.contains("No error has been found") && !states.isEmpty();
        return new Verdict(holds, violates, states, said);
    }
}
