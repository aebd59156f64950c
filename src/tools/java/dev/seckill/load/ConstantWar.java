package dev.seckill.load;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Makes the WAR that answers with a constant, from all classes of its room, which stands beside this one. */
final class ConstantWar {
    private static final String ROOM = "dev/seckill/constant/";

    private ConstantWar() {}

    /**
     * Writes what start-node takes from the folder that SECKILL_FILES names: a server, and this WAR in place of ours.
     */
    static void writeFiles(Path folder, Path server) {
        try {
            Files.createDirectories(folder);
            Files.createSymbolicLink(folder.resolve("payara-micro.jar"), server.toAbsolutePath());
            write(folder.resolve("seckill.war"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(Path war) throws IOException {
        Path here = here();
        if (Files.isDirectory(here)) {
            write(war, here.resolve(ROOM));
        } else {
            try (FileSystem jar = FileSystems.newFileSystem(here)) {
                write(war, jar.getPath(ROOM));
            }
        }
    }

    /** The jar or folder that this class is from. */
    private static Path here() {
        try {
            return Path.of(ConstantWar.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(Path war, Path room) throws IOException {
        try (Stream<Path> files = Files.list(room);
                OutputStream file = Files.newOutputStream(war);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            List<Path> classes = files.filter(each -> each.toString().endsWith(".class"))
                    .sorted()
                    .toList();
            for (Path each : classes) {
                zip.putNextEntry(new ZipEntry("WEB-INF/classes/" + ROOM + each.getFileName()));
                Files.copy(each, zip);
            }
        }
    }
}
