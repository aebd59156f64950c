package dev.seckill.lab;

import dev.seckill.trial.ProcessGroup;
import dev.seckill.trial.StartFailure;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Shows who of a lab lives, what it takes of the machine, and who sends buyers to whom. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        customSynopsis = "scripts/lab status [OPTION...]",
        description = {
            "Shows who lives and its memory (its part of what it shares included), the links over which the router sends"
                    + " buyers, the nginx that each director sends them to, and how many nodes each nginx does.%n"
        })
final class LabStatus implements Callable<Integer> {
    private static final String PART = "%-12s %8s %9s  %s%n";
    private static final String REACH = "%-12s %s%n";
    private static final double KIB_PER_MIB = 1024;

    @ParentCommand
    private LabTool tool;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        LabTool.requireInside();
        PrintWriter out = spec.commandLine().getOut();
        try (Lab lab = Lab.look(LabTool.home(), tool.dataFolder())) {
            showParts(out, lab);
            out.println();
            out.printf(REACH, Machine.ROUTER.label(), hops(lab));
            Lab.DIRECTORS.forEach(director -> out.printf(REACH, director.label(), servers(lab, director)));
            Lab.NGINX.forEach(nginx -> out.printf(
                    REACH,
                    nginx.label(),
                    "sends buyers to %d of %d nodes"
                            .formatted(lab.nodesIn(nginx), lab.cluster().size())));
            String missing = lab.missing();
            out.println();
            out.println(missing.isEmpty() ? "All runs and reaches all." : "It is not whole: " + missing + ".");
            out.flush();
            return missing.isEmpty() ? 0 : 1;
        }
    }

    private static void showParts(PrintWriter out, Lab lab) {
        out.printf(PART, "", "process", "memory", "");
        double all = 0;
        for (Part part : lab.parts()) {
            all += show(out, part.name(), part.process(), part.processes());
        }
        Optional<ProcessHandle> database = lab.cluster().database();
        all += show(
                out,
                "postgres",
                database,
                database.map(process -> ProcessGroup.of(process.pid()).members())
                        .orElse(List.of()));
        out.printf(PART, "", "", mib(all), "in all");
    }

    /** Gives its memory in KiB. */
    private static double show(
            PrintWriter out, String name, Optional<ProcessHandle> main, List<ProcessHandle> processes) {
        double kib = processes.stream().mapToLong(Memory::ofProcess).sum();
        out.printf(
                PART,
                name,
                main.map(process -> Long.toString(process.pid())).orElse("-"),
                main.isPresent() ? mib(kib) : "-",
                main.isPresent() ? "runs" : "does not run");
        return kib;
    }

    private static String mib(double kib) {
        return "%.0f MiB".formatted(kib / KIB_PER_MIB);
    }

    private static String hops(Lab lab) {
        try {
            List<String> links = lab.nextHops();
            return Stream.concat(Stream.of(links.size() + " next hops:"), links.stream())
                    .collect(Collectors.joining(" "));
        } catch (StartFailure e) {
            return "can't be asked: " + e.getMessage();
        }
    }

    private static String servers(Lab lab, Machine director) {
        if (!lab.runs(director.label())) {
            return "does not run";
        }
        try {
            return "sends buyers to "
                    + lab.realServers(director).stream()
                            .map(server -> "%s (weight %d, %d open, %d past)"
                                    .formatted(server.address(), server.weight(), server.active(), server.inactive()))
                            .collect(Collectors.joining(", "));
        } catch (StartFailure e) {
            return "can't be asked: " + e.getMessage();
        }
    }
}
