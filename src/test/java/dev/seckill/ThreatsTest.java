package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of threats names tests that there are. Touches files. */
class ThreatsTest {
    private static final Pattern NAMED = Pattern.compile("`(\\w+(?:Test|IT))\\.(\\w+)`");

    @Test
    void namesTestsThatThereAre() throws IOException {
        List<String> missing = new ArrayList<>();
        List<MatchResult> named = NAMED.matcher(Files.readString(Path.of("src/docs/threats.md")))
                .results()
                .toList();
        for (MatchResult test : named) {
            if (!source(test.group(1)).matches("(?s).*\\b" + test.group(2) + "\\b.*")) {
                missing.add(test.group());
            }
        }

        assertThat(named).isNotEmpty();
        assertThat(missing).isEmpty();
    }

    private static String source(String test) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            Optional<Path> file =
                    files.filter(each -> each.endsWith(test + ".java")).findAny();
            return file.isPresent() ? Files.readString(file.get()) : "";
        }
    }
}
