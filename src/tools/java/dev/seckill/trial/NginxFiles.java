package dev.seckill.trial;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The files of {@code nginx/} in a folder, for a port and nodes on loopback or another place, without root. All that differs from
 * production is paths, addresses and the user; who was let in when nginx ran there last stays in.
 */
public record NginxFiles(Path folder, NginxPlace place) {
    /** A standby comes after them. */
    private static final int NODES = 4;

    private static final Pattern NODE = Pattern.compile("127\\.0\\.0\\.1:300([1-5])");
    private static final Pattern STANDBY = Pattern.compile("\n *#[^\n]*\n[^\n]* backup;");
    private static final Pattern IN = Pattern.compile("^ *server +[0-9.]+:([0-9]+)(?!.* down;)");

    /**
     * Copies them, for loopback.
     *
     * @param home the folder that nginx/ is in
     * @param nodePorts four by weight, lightest first, and perhaps a standby
     */
    public static NginxFiles copy(Path home, Path folder, int port, List<Integer> nodePorts) {
        return copy(home, folder, NginxPlace.onLoopback(port, nodePorts));
    }

    /** The same for somewhere else. */
    public static NginxFiles copy(Path home, Path folder, NginxPlace place) {
        List<Integer> nodePorts = place.nodePorts();
        if (nodePorts.size() != NODES && nodePorts.size() != NODES + 1) {
            throw new IllegalArgumentException("four nodes, or five with a standby, not " + nodePorts);
        }
        Path originals = home.resolve("nginx");
        try (Stream<Path> all = Files.walk(originals)) {
            // as it stands in the command lines of what runs there
            NginxFiles files = new NginxFiles(Files.createDirectories(folder).toRealPath(), place);
            for (Path original : all.filter(Files::isRegularFile).toList()) {
                Path copy = files.file(originals.relativize(original).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(original, copy, StandardCopyOption.REPLACE_EXISTING);
            }
            files.adapt();
            return files;
        } catch (IOException e) {
            throw new StartFailure("The files of nginx can't be copied to " + folder + " (" + e + ").", e);
        }
    }

    private void adapt() throws IOException {
        List<Integer> nodePorts = place.nodePorts();
        // workers of a root's nginx are somebody who may not enter every folder
        change(
                "machine.conf",
                "user www-data;\n",
                "root".equals(System.getProperty("user.name")) ? "user root;\n" : "");
        change("machine.conf", "/run/nginx.pid", NginxProcess.MASTER);
        change("machine.conf", "/var/log/nginx/", "");
        change("paths.conf", "/var/log/nginx/", "");
        change("paths.conf", "/var/lib/nginx/", "");
        change("listen.conf", "listen 8080", "listen " + place.listen() + ":" + port());
        change("listen.conf", "listen [::]:8080", "# listen [::]:" + port());
        try (Stream<Path> upstreams = Files.list(file("upstream"))) {
            for (Path upstream : upstreams.toList()) {
                String text = Files.readString(upstream);
                if (nodePorts.size() == NODES) {
                    text = STANDBY.matcher(text).replaceAll("");
                }
                Files.writeString(
                        upstream,
                        NODE.matcher(text)
                                .replaceAll(node ->
                                        place.nodesHost() + ":" + nodePorts.get(Integer.parseInt(node.group(1)) - 1)));
            }
        }
    }

    public int port() {
        return place.port();
    }

    private Path file(String name) {
        return folder.resolve("conf").resolve(name);
    }

    /** Changes a file before the start. */
    public void change(String name, String before, String after) {
        try {
            String text = Files.readString(file(name));
            if (!text.contains(before)) {
                throw new IllegalArgumentException(name + " does not have: " + before);
            }
            Files.writeString(file(name), text.replace(before, after));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds lines to a file before the start. */
    public void append(String name, List<String> lines) {
        try {
            Files.write(file(name), lines, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The nodes that get buyers from whatever nginx is or was in the folder. */
    static Set<Integer> nodesIn(Path folder) {
        Path upstream = folder.resolve("conf/upstream.d/weighted.conf");
        if (!Files.exists(upstream)) {
            return Set.of();
        }
        try (Stream<String> lines = Files.lines(upstream)) {
            return lines.map(IN::matcher)
                    .filter(Matcher::find)
                    .map(node -> Integer.valueOf(node.group(1)))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
