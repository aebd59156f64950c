package dev.seckill.tools;

import dev.seckill.trial.DataFolder;
import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A copy of what a stopped trial has in its data folder, in a temporary folder that is deleted when this is closed. The original is
 * only read; who would start it meanwhile hears that the data folder is in use.
 */
final class FolderCopy implements AutoCloseable {
    private final Path folder;

    private FolderCopy(Path folder) {
        this.folder = folder;
    }

    /** Copies what is at that path of the data folder; the copy has its last name. */
    static FolderCopy of(Path dataFolder, String path) {
        try {
            FolderCopy copy = new FolderCopy(Files.createTempDirectory("seckill-audit"));
            try (DataFolder held = DataFolder.openExisting(dataFolder)) {
                Path original = held.file(path);
                copy(original, copy.folder.resolve(original.getFileName()));
                return copy;
            } catch (IOException | RuntimeException e) {
                copy.close();
                throw e;
            }
        } catch (IOException | UncheckedIOException e) {
            throw new StartFailure(path + " in " + dataFolder + " can't be copied (" + e + ").", e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) throws IOException {
                // with its permissions: PostgreSQL refuses data that others can read
                return copy(each, StandardCopyOption.COPY_ATTRIBUTES);
            }

            @Override
            public FileVisitResult visitFile(Path each, BasicFileAttributes attributes) throws IOException {
                return copy(each);
            }

            private FileVisitResult copy(Path each, StandardCopyOption... options) throws IOException {
                Files.copy(each, to.resolve(from.relativize(each)), options);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    Path folder() {
        return folder;
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> childrenFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : childrenFirst) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
