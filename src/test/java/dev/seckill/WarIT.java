package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** What users deploy. Touches the built WAR. */
class WarIT {
    private static final File WAR = new File("target/seckill.war");

    /** Redisson and what it needs are six of them, PostgreSQL's driver and Flyway two, the caches and limits one. */
    private static final long MAX_BYTES = 10_000_000;

    @Test
    void carriesNoServerNoToolAndNothingThatPayaraBrings() throws IOException {
        try (ZipFile war = new ZipFile(WAR)) {
            List<String> files =
                    war.stream().map(ZipEntry::getName).map(WarIT::nameInFolder).toList();

            assertThat(files).noneMatch(file -> file.startsWith("redis-server") || file.startsWith("postgres-"));
            assertThat(files).noneMatch(file -> file.matches(".*dev/seckill/(tools|trial|load)/.*"));
            assertThat(files)
                    .noneMatch(
                            file -> file.matches(
                                    ".*/(jakarta|microprofile|hazelcast|jackson|snakeyaml|picocli|embedded|commons-|xz|checker-qual|cache-api).*\\.jar"));
        }
        assertThat(WAR).satisfies(war -> assertThat(war.length()).isLessThan(MAX_BYTES));
    }

    private static String nameInFolder(String entry) {
        return entry.replaceFirst("^WEB-INF/(classes|lib)(?=/)", "");
    }
}
