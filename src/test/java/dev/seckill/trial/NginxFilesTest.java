package dev.seckill.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of nginx for somewhere else than loopback. Touches files. */
class NginxFilesTest {
    private static final List<Integer> PORTS = List.of(3001, 3002, 3003, 3004);

    @TempDir
    Path folder;

    @Test
    void haveThePlacesAddresses() throws IOException {
        NginxPlace place = new NginxPlace("0.0.0.0", 80, "10.30.0.10", PORTS, List.of());

        NginxFiles.copy(Path.of(""), folder, place);

        assertThat(text("listen.conf")).contains("\nlisten 0.0.0.0:80 ").doesNotContain("127.0.0.1");
        for (String upstream : List.of("weighted", "round-robin", "ip-hash")) {
            assertThat(text("upstream/" + upstream + ".conf"))
                    .contains("server 10.30.0.10:3001 ", "server 10.30.0.10:3004 ")
                    .doesNotContain("127.0.0.1");
        }
    }

    @Test
    void tellWhoIsInWhereverTheNodesAre() throws IOException {
        Path made = Files.createDirectories(folder.resolve("conf/upstream.d")).resolve("weighted.conf");
        Files.writeString(made, "    server 10.30.0.10:3001 weight=1;\n    server 10.30.0.10:3002 weight=2 down;\n");

        assertThat(NginxFiles.nodesIn(folder)).containsExactly(3001);
    }

    private String text(String name) throws IOException {
        return Files.readString(folder.resolve("conf").resolve(name));
    }
}
