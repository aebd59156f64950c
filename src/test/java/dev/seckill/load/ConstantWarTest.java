package dev.seckill.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the application is made of that answers with a constant. Touches a temporary folder. */
class ConstantWarTest {
    @TempDir
    private Path folder;

    @Test
    void hasAllClassesOfItsRoomAndNoOther() throws IOException {
        Path file = folder.resolve("constant.war");

        ConstantWar.write(file);

        try (ZipFile war = new ZipFile(file.toFile())) {
            assertThat(war.stream().map(ZipEntry::getName))
                    .contains("WEB-INF/classes/dev/seckill/constant/ConstantReservations.class")
                    .allMatch(name -> name.startsWith("WEB-INF/classes/dev/seckill/constant/"));
        }
    }
}
