package dev.seckill.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** One of the lab's network namespaces, which {@code lvs/lab/network} makes. */
record Namespace(Path path) {
    private static final Path ALL = Path.of("/run/netns");
    private static final String OURS = "seckill-";
    private static final Object NONE = "none";

    static Namespace of(String name) {
        return new Namespace(ALL.resolve(OURS + name));
    }

    /** Those that are there. */
    static List<Namespace> all() {
        return Arrays.stream(Machine.values())
                .map(Machine::namespace)
                .distinct()
                .filter(Namespace::isThere)
                .toList();
    }

    /** All that runs in any of them and has not ended, whoever started it. */
    static List<ProcessHandle> processes() {
        Set<Object> ours = ours();
        return ProcessHandle.allProcesses()
                .filter(process -> ours.contains(id(ofProcess(process))))
                .toList();
    }

    /** Whether it has not ended and is in none of them. */
    static boolean isElsewhere(ProcessHandle process) {
        Object id = id(ofProcess(process));
        return !id.equals(NONE) && !ours().contains(id);
    }

    private static Set<Object> ours() {
        return all().stream().map(Namespace::id).filter(id -> !id.equals(NONE)).collect(Collectors.toSet());
    }

    private static Path ofProcess(ProcessHandle process) {
        return Path.of("/proc", Long.toString(process.pid()), "ns", "net");
    }

    boolean holds(ProcessHandle process) {
        return isThere() && id().equals(id(ofProcess(process)));
    }

    boolean isThere() {
        return Files.exists(path);
    }

    /** What runs a command in it, and becomes the command. */
    List<String> prefix() {
        return List.of("/usr/bin/nsenter", "--net=" + path);
    }

    private Object id() {
        return id(path);
    }

    /** The kernel's number of a namespace, the same by whatever name; what has ended is in none. */
    private static Object id(Path name) {
        try {
            return Files.getAttribute(name, "unix:ino");
        } catch (IOException e) {
            return NONE;
        }
    }
}
