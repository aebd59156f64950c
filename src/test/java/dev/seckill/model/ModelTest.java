package dev.seckill.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The protocol's model holds, and a lie is told without any of its rules. What is checked is what the tables of
 * {@code src/docs/model.md} say, so neither can rot. Touches memory and files; starts a process for each check.
 * {@code -Dseckill.test.long=true} checks the larger sizes too.
 */
class ModelTest {
    private static final int PATIENCE_SECONDS = 120;
    private static final int LONG_PATIENCE_SECONDS = 3_600;
    private static final Path PAGE = Path.of("src/docs/model.md");
    private static final List<Path> SOURCES = List.of(Path.of("src/main"), Path.of("src/tools"));
    private static final List<String> MODULES = List.of("Seckill", "Shares", "Payments", "Rebuild");

    /** What the code does and need not. */
    private static final Set<String> COURTESIES = Set.of("GivesBack");

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    record Size(String module, String settings, String promise, String states) {}

    record Refutation(String module, String settings, String promise) {}

    static List<Size> sizes() throws IOException {
        return sizes("every build");
    }

    static List<Size> largerSizes() throws IOException {
        return sizes("--long");
    }

    private static List<Size> sizes(String when) throws IOException {
        return table("module", "size").stream()
                .filter(row -> row.get(4).contains(when))
                .map(row -> new Size(code(row, 0), code(row, 1), code(row, 2), row.get(3)))
                .toList();
    }

    static List<Refutation> refutations() throws IOException {
        return table("module", "without").stream()
                .map(row -> new Refutation(code(row, 0), code(row, 1), code(row, 2)))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void holds(Size size) throws IOException, InterruptedException {
        check(size, PATIENCE_SECONDS);
    }

    @ParameterizedTest
    @MethodSource("largerSizes")
    @EnabledIfSystemProperty(named = "seckill.test.long", matches = "true")
    void holdsWhenLarger(Size size) throws IOException, InterruptedException {
        check(size, LONG_PATIENCE_SECONDS);
    }

    private static void check(Size size, int patienceSeconds) throws IOException, InterruptedException {
        Tlc.Verdict verdict = Tlc.check(size.module(), size.settings(), size.promise(), patienceSeconds);

        System.out.printf("%s: %s states generated / distinct%n", size, verdict.states());
        assertThat(verdict)
                .extracting(Tlc.Verdict::holds)
                .as(verdict.toString())
                .isEqualTo(true);
        assertThat(verdict.states()).isEqualTo(size.states().replace(",", ""));
    }

    @ParameterizedTest
    @MethodSource("refutations")
    void isRefutedWithoutTheRule(Refutation without) throws IOException, InterruptedException {
        Tlc.Verdict verdict = Tlc.check(without.module(), without.settings(), without.promise(), PATIENCE_SECONDS);

        assertThat(verdict.violates()).as(verdict.toString()).isEqualTo(without.promise());
    }

    @Test
    void everyRuleIsSwitchedOffOnce() throws IOException {
        Set<String> switched = refutations().stream()
                .flatMap(each -> Stream.of(each.settings().split("; ")))
                .map(setting -> setting.split(" = ", 2)[0])
                .collect(Collectors.toSet());

        for (String module : MODULES) {
            assertThat(rules(module))
                    .as(module)
                    .filteredOn(rule -> !COURTESIES.contains(rule))
                    .isSubsetOf(switched);
        }
    }

    @Test
    void everyStepOfTheModelIsSomethingThatHappens() throws IOException {
        Set<String> named = new TreeSet<>();
        for (List<String> row : table("step", "what does it")) {
            codes(row.get(0)).forEach(named::add);
            assertThat(codes(row.get(1))).as(row.toString()).allSatisfy(ModelTest::exists);
        }

        Set<String> steps = new TreeSet<>();
        for (String module : MODULES) {
            steps.addAll(steps(module));
        }
        assertThat(named).isEqualTo(steps);
    }

    /** A script, a class, or a class and its method. */
    private static void exists(String name) {
        try (Stream<Path> main = Files.walk(SOURCES.get(0));
                Stream<Path> tools = Files.walk(SOURCES.get(1))) {
            Stream<Path> files = Stream.concat(main, tools);
            if (name.endsWith(".lua")) {
                assertThat(files.map(file -> file.getFileName().toString())).contains(name);
                return;
            }
            String[] parts = name.split("\\.", 2);
            List<Path> found =
                    files.filter(file -> file.endsWith(parts[0] + ".java")).toList();
            assertThat(found).as(name).hasSize(1);
            if (parts.length > 1) {
                assertThat(Files.readString(found.get(0))).as(name).contains(" " + parts[1] + "(");
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** What Next consists of. */
    private static List<String> steps(String module) throws IOException {
        String next = between(Tlc.module(module), "\nNext ==", "\n\n");
        return matches("\\b([A-Z]\\w+)(?=\\(| \\\\/|\\n|$)", next).stream()
                .filter(step -> !step.equals("BOOLEAN"))
                .toList();
    }

    private static List<String> rules(String module) throws IOException {
        String rules = between(Tlc.module(module), "--- rules", "VARIABLES");
        return matches("(?m)^  (\\w+)", rules);
    }

    private static String between(String text, String from, String to) {
        int begin = text.indexOf(from) + from.length();
        return text.substring(begin, text.indexOf(to, begin));
    }

    private static List<String> matches(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(result -> result.group(1))
                .toList();
    }

    /** The rows of the page's tables whose heading begins so. */
    private static List<List<String>> table(String... heading) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        boolean inside = false;
        for (String line : Files.readAllLines(PAGE)) {
            List<String> cells = cells(line);
            if (cells.stream().limit(heading.length).toList().equals(List.of(heading))) {
                inside = true;
            } else if (cells.isEmpty()) {
                inside = false;
            } else if (inside && !cells.get(0).startsWith("---")) {
                rows.add(cells);
            }
        }
        assertThat(rows).as(List.of(heading).toString()).isNotEmpty();
        return rows;
    }

    private static List<String> cells(String line) {
        return line.startsWith("|")
                ? Stream.of(line.substring(1).split("\\|")).map(String::strip).toList()
                : List.of();
    }

    private static String code(List<String> row, int cell) {
        Matcher code = CODE.matcher(row.get(cell));
        return code.find() ? code.group(1) : "";
    }

    private static List<String> codes(String text) {
        return CODE.matcher(text)
                .results()
                .map((MatchResult result) -> result.group(1))
                .toList();
    }
}
