package dev.seckill.ledger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A script and what its header says of it.
 *
 * @param opening the sentences before the first section
 * @param sections KEYS, ARGV, RETURNS and KEEPS, each with its lines joined
 * @param body what is not comment
 */
record ScriptHeader(String name, String opening, Map<String, String> sections, String body) {
    private static final Path FOLDER = Path.of("src/main/resources/dev/seckill/ledger");
    private static final Pattern SECTION = Pattern.compile("-- (KEYS|ARGV|RETURNS|KEEPS) +(.*)");
    private static final Pattern VERDICT = Pattern.compile("\\b[A-Z]{2,}(?:_[A-Z]+)*\\b");
    private static final Pattern NUMBERED = Pattern.compile("(?:^|  | and )(\\d+) (\\w+)");

    static List<String> names() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString().replace(".lua", ""))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ScriptHeader of(String name) {
        try {
            return parse(name, Files.readAllLines(FOLDER.resolve(name + ".lua")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ScriptHeader parse(String name, List<String> lines) {
        List<String> header =
                lines.stream().takeWhile(line -> line.startsWith("--")).toList();
        Map<String, String> sections = new LinkedHashMap<>();
        String section = "";
        for (String line : header) {
            Matcher begins = SECTION.matcher(line);
            boolean isNew = begins.matches();
            section = isNew ? begins.group(1) : section;
            // Two spaces part what is numbered, on one line or on the next.
            sections.merge(
                    section, isNew ? begins.group(2) : line.substring(2).strip(), (all, more) -> all + "  " + more);
        }
        StringBuilder body = new StringBuilder();
        lines.stream()
                .skip(header.size())
                .filter(line -> !line.strip().startsWith("--"))
                .forEach(line -> body.append(line).append('\n'));
        return new ScriptHeader(name, sections.getOrDefault("", ""), sections, body.toString());
    }

    /** What it returns in words, in order; nothing for a script that returns only figures. */
    List<String> returns() {
        List<String> words = new ArrayList<>();
        Matcher word = VERDICT.matcher(sections.getOrDefault("RETURNS", ""));
        while (word.find()) {
            words.add(word.group());
        }
        return words;
    }

    /** The words in the body that can reach a caller. */
    List<String> verdicts() {
        List<String> words = new ArrayList<>();
        Matcher word = Pattern.compile("(?:return \\{|reply\\(|outcome = |not_open = |and |or )'([A-Z_]{2,})[:']")
                .matcher(body);
        while (word.find()) {
            if (!words.contains(word.group(1))) {
                words.add(word.group(1));
            }
        }
        return words;
    }

    /** KEYS or ARGV: its names by their numbers. */
    Map<Integer, String> numbered(String section) {
        Map<Integer, String> names = new LinkedHashMap<>();
        Matcher number = NUMBERED.matcher(sections.getOrDefault(section, ""));
        while (number.find()) {
            names.put(Integer.valueOf(number.group(1)), number.group(2));
        }
        return names;
    }

    /** The numbers of KEYS or ARGV that the body uses. */
    TreeSet<Integer> used(String section) {
        TreeSet<Integer> numbers = new TreeSet<>();
        Matcher use = Pattern.compile(section + "\\[(\\d+)]").matcher(body);
        while (use.find()) {
            numbers.add(Integer.valueOf(use.group(1)));
        }
        return numbers;
    }
}
