package dev.seckill.trial;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarFile;

/** The WAR that a node runs, with the server: copies of its own, because a build may replace what they were made of at any time. */
record NodeFiles(Path folder) {
    private static final String SERVER = "payara-micro.jar";

    /** Of every WAR of this application, and of no other. */
    private static final String MARK = "WEB-INF/classes/dev/seckill/purchase/TicketServlet.class";

    /** Refuses what is no WAR of this application. */
    static void requireWar(Path war) {
        try (JarFile file = new JarFile(war.toFile())) {
            if (file.getJarEntry(MARK) == null) {
                throw new StartFailure(war + " is no WAR of this application.");
            }
        } catch (IOException e) {
            throw new StartFailure(war + " can't be read as a WAR (" + e.getMessage() + ").", e);
        }
    }

    boolean isThere() {
        return Files.exists(war()) && Files.exists(folder.resolve(SERVER));
    }

    /** The server is that of the folder that payara-config is in. */
    void use(Path war, Path home) {
        copy(war, war());
        Path original = home.resolve("target").resolve(SERVER);
        Path server = folder.resolve(SERVER);
        try {
            Files.deleteIfExists(server);
            Files.createLink(server, original);
        } catch (FileSystemException e) {
            // on another disk
            copy(original, server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Keeps the WAR beside, for {@link #takeBack}. */
    void keep() {
        copy(war(), kept());
    }

    void takeBack() {
        copy(kept(), war());
    }

    private Path war() {
        return folder.resolve("seckill.war");
    }

    private Path kept() {
        return folder.resolve("seckill.war.before");
    }

    private static void copy(Path from, Path to) {
        try {
            Files.createDirectories(to.getParent());
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new StartFailure("Can't copy " + from + " to " + to + " (" + e + ").", e);
        }
    }
}
