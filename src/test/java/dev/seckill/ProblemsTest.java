package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whoever follows a problem's type finds what it means. Touches files. */
class ProblemsTest {
    private static final Path PAGE = Path.of("src/main/webapp/problems.html");
    private static final Path API = Path.of("src/main/resources/META-INF/openapi.yaml");
    private static final Pattern PROBLEM = Pattern.compile("new Problem\\(\\s*[^,]+,\\s*\"([^\"]+)\"");
    private static final Pattern SECTION = Pattern.compile(
            "<section id=\"([^\"]+)\">\\s*<h2><code>([^<]+)</code> <small>([0-9, ]+)</small></h2>\\s*<p>.+?</p>\\s*<p>.+?</p>",
            Pattern.DOTALL);

    @Test
    void explainsEveryProblemAndNoOther() throws IOException {
        assertThat(matches(SECTION, Files.readString(PAGE))).isEqualTo(problems());
    }

    @Test
    void headsEachExplanationByItsName() throws IOException {
        assertThat(SECTION.matcher(Files.readString(PAGE)).results())
                .allSatisfy(section -> assertThat(section.group(2)).isEqualTo(section.group(1)));
    }

    @Test
    void listsEveryProblemAndNoOtherInTheApi() throws IOException {
        Set<String> listed = new TreeSet<>();
        for (JsonNode type :
                new YAMLMapper().readTree(API.toFile()).at("/components/schemas/Problem/properties/type/enum")) {
            listed.add(type.asText().replaceFirst("^/problems.html#", ""));
        }

        assertThat(listed).isEqualTo(problems());
    }

    private static Set<String> problems() throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                names.addAll(matches(PROBLEM, Files.readString(file)));
            }
        }
        assertThat(names).contains("sold-out", "bad-input");
        return names;
    }

    private static Set<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
