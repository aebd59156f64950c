package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seckill.trial.NginxFiles;
import dev.seckill.trial.NginxProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in and taken out by {@code watch-nodes}, whatever nginx makes of it. Touches stub nodes, loopback, curl. */
@Needs(Needs.Extra.NGINX)
class WatchNodesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<Integer> SILENT = Collections.nCopies(1000, StubNode.SILENCE);

    private final List<StubNode> nodes = Stream.generate(StubNode::new).limit(4).toList();
    private final List<Integer> ports = nodes.stream().map(StubNode::port).toList();

    @TempDir
    Path folder;

    private Process watcher;

    @AfterEach
    void endAll() throws InterruptedException {
        nodes.forEach(StubNode::close);
        if (watcher != null) {
            watcher.destroy();
            watcher.waitFor();
        }
    }

    @Test
    void takesASilentNodeOutOnlyWhileOthersAnswer() throws IOException {
        nodes.forEach(node -> node.startsBy(SILENT));
        letAllIn();
        watch();

        await().atMost(PATIENCE).until(() -> nodes.stream().allMatch(node -> node.asked() >= 5));
        assertThat(NginxProcess.nodesIn(folder)).as("a rush is no death").containsExactlyInAnyOrderElementsOf(ports);

        nodes.get(0).startsBy(List.of());
        nodes.get(1).startsBy(List.of());
        nodes.get(2).startsBy(List.of());
        await("one that is dead goes")
                .atMost(PATIENCE)
                .until(() -> NginxProcess.nodesIn(folder).size() < ports.size());
        assertThat(NginxProcess.nodesIn(folder)).containsExactlyInAnyOrderElementsOf(ports.subList(0, 3));
    }

    @Test
    void saysOnceThatItHearsNothing() throws IOException {
        letAllIn();
        Path programs = Files.createDirectory(folder.resolve("programs"));
        Path looks = folder.resolve("looks");
        Files.writeString(programs.resolve("curl"), "#!/bin/sh\necho >> '" + looks + "'\nexit 2\n");
        assertThat(programs.resolve("curl").toFile().setExecutable(true)).isTrue();
        watch("PATH", programs + ":" + System.getenv("PATH"));

        await().atMost(PATIENCE).until(() -> Files.exists(looks) && Files.size(looks) >= 3);

        assertThat(said()).singleElement().asString().startsWith("curl says nothing of any node");
        assertThat(NginxProcess.nodesIn(folder)).as("nobody is taken out").hasSameSizeAs(ports);
    }

    @Test
    void doesNotStartWithoutCurl() throws IOException, InterruptedException {
        Path programs = Files.createDirectory(folder.resolve("programs"));
        for (String program : List.of("dirname", "readlink")) {
            Files.createSymbolicLink(programs.resolve(program), Path.of("/usr/bin", program));
        }
        letAllIn();
        watch("PATH", programs.toString());

        assertThat(watcher.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(watcher.exitValue()).isEqualTo(3);
        assertThat(said()).singleElement().asString().contains("there is no curl here");
    }

    @Test
    void knowsAnAddressOfIpv6() throws IOException {
        NginxFiles files = copy();
        files.change("upstream/weighted.conf", "127.0.0.1:" + ports.get(1), "[::1]:" + ports.get(1));
        files.change("upstream/weighted.conf", "127.0.0.1:" + ports.get(2), "localhost:" + ports.get(2));
        Path made = folder.resolve("conf/upstream.d/weighted.conf");
        watch();

        await().atMost(PATIENCE)
                .until(() -> Files.exists(made) && NginxProcess.nodesIn(folder).contains(ports.get(0)));

        assertThat(Files.readAllLines(made))
                .anyMatch(line -> line.contains("server [::1]:" + ports.get(1)) && line.endsWith(" down;"))
                .noneMatch(line -> line.contains("server localhost:") && line.contains("down"));
    }

    private NginxFiles copy() {
        return NginxFiles.copy(Path.of(""), folder, 1, ports);
    }

    /** As if all had been in when it ended last. */
    private void letAllIn() throws IOException {
        copy();
        Path made = Files.createDirectory(folder.resolve("conf/upstream.d"));
        try (Stream<Path> files = Files.list(folder.resolve("conf/upstream"))) {
            for (Path file : files.toList()) {
                Files.copy(file, made.resolve(file.getFileName()));
            }
        }
    }

    /** With an nginx that has nothing to say. */
    private void watch(String... environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        "/bin/bash", folder.resolve("conf/watch-nodes").toString(), "/bin/true")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile());
        for (int i = 0; i < environment.length; i += 2) {
            builder.environment().put(environment[i], environment[i + 1]);
        }
        watcher = builder.start();
    }

    private List<String> said() throws IOException {
        return Files.readAllLines(folder.resolve("said"));
    }
}
