package dev.seckill.trial;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files of payara-config/monitoring in a trial's folder: as on real machines, but for who is asked and where that is shown. */
final class MonitoringFiles {
    private static final String CONFIG = "prometheus.yml";
    private static final Path SOURCE = Path.of("payara-config/monitoring");

    private MonitoringFiles() {}

    /** Copies them for a Prometheus on that port of loopback that asks these nodes. */
    static void copy(Path home, Path folder, int port, List<String> nodes) {
        Path source = home.resolve(SOURCE).toAbsolutePath();
        String targets = nodes.stream().map(node -> "'" + node + "'").collect(Collectors.joining(", "));
        try (Stream<Path> files = Files.walk(source)) {
            forgetRules(folder.resolve("rules"));
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = folder.resolve(source.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.writeString(
                        copy,
                        Files.readString(file)
                                .replaceFirst("targets: \\[.*]", Matcher.quoteReplacement("targets: [" + targets + "]"))
                                .replace("http://127.0.0.1:9090", "http://127.0.0.1:" + port)
                                .replace("/opt/seckill/" + SOURCE, folder.toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** It reads whatever lies there, also what there is no more. */
    private static void forgetRules(Path rules) throws IOException {
        if (Files.isDirectory(rules)) {
            try (Stream<Path> old = Files.list(rules)) {
                for (Path file : old.toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    static Path config(Path folder) {
        return folder.resolve(CONFIG);
    }

    static Path provisioning(Path folder) {
        return folder.resolve("grafana/provisioning");
    }
}
