package dev.seckill.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Makes the WAR that answers with a constant, from the classes of its room in this jar. */
final class ConstantWar {
    private static final String ROOM = "dev/seckill/constant/";
    private static final List<String> CLASSES =
            List.of("ConstantApi", "ConstantReservations", "ConstantShop", "ConstantTicket");

    private ConstantWar() {}

    /** Writes what start-node takes from the folder that SECKILL_FILES names: a server, and this WAR in place of ours. */
    static void writeFiles(Path folder, Path server) {
        try {
            Files.createDirectories(folder);
            Files.createSymbolicLink(folder.resolve("payara-micro.jar"), server.toAbsolutePath());
            try (OutputStream file = Files.newOutputStream(folder.resolve("seckill.war"));
                    ZipOutputStream war = new ZipOutputStream(file)) {
                for (String name : CLASSES) {
                    String path = ROOM + name + ".class";
                    war.putNextEntry(new ZipEntry("WEB-INF/classes/" + path));
                    try (InputStream content =
                            ConstantWar.class.getClassLoader().getResourceAsStream(path)) {
                        content.transferTo(war);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
