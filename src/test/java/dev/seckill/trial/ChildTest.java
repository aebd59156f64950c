package dev.seckill.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The power fails for a process with all that it started, and for nobody else. Touches processes. */
class ChildTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String NAME = "part";

    @TempDir
    Path folder;

    @AfterEach
    void endAll() {
        Child.killLeftover(NAME, folder);
    }

    @Test
    void endsAllThatAPartHasStartedAtOnce() {
        Child child = startedWithTwo();

        assertThat(Child.killLeftover(NAME, folder)).isTrue();

        assertThat(ProcessGroup.of(child.pid()).members()).isEmpty();
        assertThat(Child.killLeftover(NAME, folder)).as("none is left").isFalse();
    }

    @Test
    void endsWhatAPartHasLeftWhenItEndedBefore() {
        Child child = startedWithTwo();
        ProcessHandle.of(child.pid()).orElseThrow().destroyForcibly();
        child.onExit().join();

        assertThat(Child.killLeftover(NAME, folder)).isTrue();

        assertThat(ProcessGroup.of(child.pid()).members()).isEmpty();
    }

    @Test
    void endsNobodyElseWhoHasTheProcessIdByNow() throws IOException {
        Process other = new ProcessBuilder("setsid", "sleep", "600").start();
        try {
            Files.writeString(folder.resolve(NAME + ".pid"), Long.toString(other.pid()));

            assertThat(Child.killLeftover(NAME, folder)).isFalse();

            assertThat(other.isAlive()).isTrue();
        } finally {
            other.destroyForcibly();
        }
    }

    /** All name the folder in their command lines. */
    private Child startedWithTwo() {
        String loop = "trap '' TERM; for each in 1 2; do bash -c 'sleep 600; true' " + folder + " & done; wait";
        Child child = Child.start(NAME, folder, List.of("bash", "-c", loop, folder.toString()), Map.of());
        await().atMost(PATIENCE)
                .until(() -> ProcessGroup.of(child.pid()).members().size() == 5);
        return child;
    }
}
