package dev.seckill.trial;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder that holds a trial's sales, logs, signing key and password, so that a restart continues them. One process at a
 * time holds it: its marker file is locked until that process closes it or ends, however it ends. Only a folder with
 * that marker is ever emptied.
 */
public final class DataFolder implements AutoCloseable {
    private static final String MARKER = ".seckill-data";
    private static final int SECRET_BYTES = 24;

    private final Path path;
    private final FileLock lock;

    private DataFolder(Path path, FileLock lock) {
        this.path = path;
        this.lock = lock;
    }

    /** The same whichever way leads to it, also before it is there. */
    public static Path realPath(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        try {
            return Files.exists(absolute)
                    ? absolute.toRealPath()
                    : realPath(absolute.getParent()).resolve(absolute.getFileName());
        } catch (IOException e) {
            throw unusable(path, e);
        }
    }

    /** Opens the folder, making it if need be, and holds it until this process ends. */
    public static DataFolder open(Path path) {
        try {
            Files.createDirectories(path);
            if (!Files.exists(path.resolve(MARKER)) && !isEmpty(path)) {
                throw new StartFailure(path + " holds other files: name an empty or a new folder with --data.");
            }
        } catch (IOException e) {
            throw unusable(path, e);
        }
        return hold(path);
    }

    /** Holds one that is there. */
    public static DataFolder openExisting(Path path) {
        if (!Files.exists(path.resolve(MARKER))) {
            throw new StartFailure("There is no data folder " + path + ": name another with --data.");
        }
        return hold(path);
    }

    private static DataFolder hold(Path path) {
        try {
            FileChannel channel =
                    FileChannel.open(path.resolve(MARKER), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw new StartFailure(
                        "The data folder " + path + " is in use: stop that node, or name another folder with --data.");
            }
            return new DataFolder(path, lock);
        } catch (IOException e) {
            throw unusable(path, e);
        }
    }

    private static StartFailure unusable(Path path, IOException e) {
        return new StartFailure("The data folder " + path + " can't be used (" + e + "): name another with --data.", e);
    }

    /** Lets others hold it. */
    @Override
    public void close() {
        try {
            lock.channel().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path path() {
        return path;
    }

    public Path file(String name) {
        return path.resolve(name);
    }

    /** Deletes everything in the folder except the marker. */
    public void empty() {
        if (!lock.isValid()) {
            throw new IllegalStateException("not held");
        }
        delete(path, path.resolve(MARKER));
    }

    /** Deletes the folder, which nobody holds then. */
    public void delete() {
        empty();
        try {
            Files.delete(path.resolve(MARKER));
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        close();
    }

    /** An empty folder of that name in this one. */
    public Path emptyFolder(String name) {
        try {
            Path folder = Files.createDirectories(path.resolve(name));
            delete(folder, null);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A secret of that name, made at the first call; only its owner may read the file. */
    public String secret(String name) {
        Path file = path.resolve(name);
        try {
            if (!Files.exists(file)) {
                byte[] secret = new byte[SECRET_BYTES];
                new SecureRandom().nextBytes(secret);
                Path draft = path.resolve(name + ".new");
                Files.deleteIfExists(draft);
                Files.createFile(
                        draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                Files.writeString(draft, Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
                Files.move(draft, file);
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new StartFailure("A secret can't be kept in " + file + " (" + e + ").", e);
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    private static void delete(Path folder, Path except) {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> childrenFirst = files.sorted(Comparator.reverseOrder())
                    .filter(file -> !file.equals(folder) && !file.equals(except))
                    .toList();
            for (Path file : childrenFirst) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
