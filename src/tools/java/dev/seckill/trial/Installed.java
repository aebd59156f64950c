package dev.seckill.trial;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Programs that a trial takes from the machine, from Debian packages of the same names. */
final class Installed {
    /** Where servers are, and who is not root may not look. */
    private static final List<String> MORE_FOLDERS = List.of("/usr/sbin", "/usr/local/sbin");

    private Installed() {}

    static Optional<Path> find(String program) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.concat(Arrays.stream(path.split(File.pathSeparator, -1)), MORE_FOLDERS.stream())
                .map(folder -> Path.of(folder, program).toAbsolutePath())
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    static Path need(String program) {
        return find(program)
                .orElseThrow(() -> new StartFailure(
                        "There is no " + program + " here: install it (apt-get install " + program + ")."));
    }
}
