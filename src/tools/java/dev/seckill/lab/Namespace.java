package dev.seckill.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** One of the lab's network namespaces, which {@code lvs/lab/network} makes. */
record Namespace(Path path) {
    private static final Path ALL = Path.of("/run/netns");
    private static final String OURS = "seckill-";

    static Namespace of(String name) {
        return new Namespace(ALL.resolve(OURS + name));
    }

    boolean isThere() {
        return Files.exists(path);
    }

    /** What runs a command in it. */
    List<String> prefix() {
        return List.of("/usr/bin/nsenter", "--net=" + path);
    }
}
