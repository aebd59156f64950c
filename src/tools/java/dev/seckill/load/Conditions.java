package dev.seckill.load;

import dev.seckill.trial.NginxProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Under what conditions a report was made: without them its figures mean nothing. */
final class Conditions {
    private final OffsetDateTime when =
            OffsetDateTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS);
    private final Map<String, String> lines = new LinkedHashMap<>();
    private final boolean quick;

    private Conditions(boolean quick) {
        this.quick = quick;
    }

    /** Before anything is started, so that the load of the machine is that of others. */
    static Conditions now(Path home, LoadOptions options, Set<Generator> generators) {
        Conditions conditions = new Conditions(options.quick);
        conditions.lines.put("date", conditions.when.format(DateTimeFormatter.ISO_OFFSET_DATE_TIME));
        conditions.lines.putAll(ofMachine(home, generators));
        return conditions;
    }

    /** What holds whatever is measured. */
    static Map<String, String> ofMachine(Path home, Set<Generator> generators) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("source", source(home));
        lines.put(
                "processor",
                first("/proc/cpuinfo", "(?m)^model name\\s*:\\s*(.*)$") + ", "
                        + Runtime.getRuntime().availableProcessors() + " available");
        lines.put("memory", first("/proc/meminfo", "MemTotal:\\s*(.*)"));
        lines.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        lines.put("load average before", first("/proc/loadavg", "^(\\S+ \\S+ \\S+)") + " (1, 5, 15 minutes)");
        if (!generators.isEmpty()) {
            lines.put("generators", versions(generators));
        }
        return lines;
    }

    void add(Stand stand, Setup setup, Path home, LoadOptions options) {
        if (!stand.isOwn()) {
            lines.put("target", stand.seckill().address() + ", which was running: its settings are not known here");
            if (setup == Setup.NODE_AND_CONSTANT) {
                lines.put(
                        "constant",
                        stand.constant()
                                .map(target -> target.address().toString())
                                .orElse("none (--constant names one), so there is no ratio"));
            }
            lines.put(
                    "not measured at a target",
                    "what its node and Redis use of processors, commands and memory, how long it starts, and what it"
                            + " counts itself: how it answered is known from statuses and from the sale");
            return;
        }
        try (Meter meter = Meter.of(stand)) {
            lines.putAll(
                    NodeSettings.of(home, options, meter.redis().orElseThrow().state()));
        }
        lines.put(
                "on this machine at once",
                parts(setup) + " and the generator: they share its processors, and speak over loopback");
        if (setup == Setup.CLUSTER) {
            lines.put(
                    "nginx",
                    nginx()
                            + ", the files of nginx/ with ports and paths of this stand (weighted round robin, a worker"
                            + " for each core, access log), whose limits exempt loopback; besides, one location answers"
                            + " a constant");
        }
    }

    private static String nginx() {
        return NginxProcess.program()
                .map(program -> firstMatch(said(Path.of("."), program.toString(), "-v"), "nginx/(\\S+)"))
                .orElse("unknown version");
    }

    private static String parts(Setup setup) {
        return switch (setup) {
            case NODE -> "the node, without nginx; Redis";
            case NODE_AND_CONSTANT -> "both nodes (one of them loaded at a time), without nginx; Redis";
            case CLUSTER ->
                "four nodes of weight 1, 2, 3 and 4, nginx and watch-nodes, Redis, PostgreSQL (fsync and"
                        + " synchronous_commit on)";
        };
    }

    private static String source(Path home) {
        String commit = said(home, "git", "rev-parse", "--short=12", "HEAD");
        if (commit.isEmpty()) {
            return "not in git";
        }
        return commit
                + (said(home, "git", "status", "--porcelain", "--untracked-files=no")
                                .isEmpty()
                        ? ""
                        : ", with changes that are not committed");
    }

    private static String versions(Set<Generator> generators) {
        return generators.stream().map(Conditions::version).collect(Collectors.joining(", "));
    }

    private static String version(Generator generator) {
        return switch (generator) {
            case WRK -> firstMatch(said(Path.of("."), "wrk", "--version"), "(wrk \\S+)");
            case AB -> "ab " + firstMatch(said(Path.of("."), "ab", "-V"), "Version (\\S+)");
        };
    }

    private static String said(Path folder, String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            // wrk --version fails and says it all the same
            return process.waitFor() == 0 || command[0].equals(Generator.WRK.command) ? said : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private static String first(String file, String pattern) {
        try {
            return Files.exists(Path.of(file)) ? firstMatch(Files.readString(Path.of(file)), pattern) : "unknown";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String firstMatch(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        return matcher.find() ? matcher.group(1).strip() : "";
    }

    OffsetDateTime when() {
        return when;
    }

    Map<String, String> lines() {
        return lines;
    }

    boolean quick() {
        return quick;
    }
}
