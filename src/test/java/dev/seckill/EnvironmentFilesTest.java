package dev.seckill;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What systemd hands to nodes is what nodes know; a name that nobody knows would change nothing and say nothing. Touches files. */
class EnvironmentFilesTest {
    private static final Path SYSTEMD = Path.of("payara-config/systemd");
    private static final Set<String> OF_THE_UNIT = Set.of("ADDRESS", "JVM_OPTIONS", "SECKILL_FILES");
    private static final Path UNIT = SYSTEMD.resolve("seckill-node@.service");
    private static final Pattern SETTING = Pattern.compile("((?:seckill|mp)(?:\\.[a-z0-9-]+)+)");
    private static final Pattern VARIABLE = Pattern.compile("^#?([A-Z][A-Z0-9_]*)=", Pattern.MULTILINE);
    private static final Pattern VARIABLE_OF_THE_UNIT = Pattern.compile("[= ]([A-Z][A-Z0-9_]*)=");
    private static final Pattern OPTION = Pattern.compile("-D([\\w.]+)=");

    @Test
    void nameSettingsThatThereAre() throws IOException {
        Set<String> settings = names(SETTING, Path.of("src/main/resources/META-INF/microprofile-config.properties"))
                .map(name -> name.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT))
                .collect(toSet());
        Set<String> options =
                names(OPTION, Path.of("payara-config/node.options")).collect(toSet());

        for (Path file : examples()) {
            assertThat(names(VARIABLE, file).filter(name -> !OF_THE_UNIT.contains(name)))
                    .as("variables of %s", file)
                    .isNotEmpty()
                    .isSubsetOf(settings);
            assertThat(names(OPTION, file)).as("options of %s", file).isSubsetOf(options);
        }
        assertThat(names(OPTION, UNIT)).isNotEmpty().isSubsetOf(options);
        assertThat(names(VARIABLE_OF_THE_UNIT, UNIT).filter(name -> !OF_THE_UNIT.contains(name)))
                .isNotEmpty()
                .isSubsetOf(settings);
    }

    @Test
    void giveNodesTheWeightsThatNginxGivesThem() throws IOException {
        Map<String, String> weights = Pattern.compile("^ *server \\S+:(\\d+) weight=(\\d+)", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("nginx/upstream/weighted.conf")))
                .results()
                .collect(toMap(server -> server.group(1), server -> server.group(2)));

        assertThat(weights).hasSize(4);
        for (Map.Entry<String, String> node : weights.entrySet()) {
            assertThat(SYSTEMD.resolve("node-" + node.getKey() + ".env"))
                    .content()
                    .contains("\nSECKILL_NODE_NAME=node-" + node.getKey() + "\n")
                    .contains("\nSECKILL_NODE_WEIGHT=" + node.getValue() + "\n");
        }
    }

    private static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(SYSTEMD)) {
            return files.filter(file -> file.toString().endsWith(".env")).toList();
        }
    }

    private static Stream<String> names(Pattern pattern, Path file) throws IOException {
        return pattern.matcher(Files.readString(file)).results().map(found -> found.group(1));
    }
}
