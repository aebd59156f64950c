package dev.seckill.tools;

import dev.seckill.trial.DataFolder;
import dev.seckill.trial.RedisProcess;
import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Redis on a copy of a stopped ledger's append-only files, in a temporary folder that is deleted when this is closed. The
 * original is only read; who would start it meanwhile hears that the data folder is in use.
 */
final class LedgerCopy implements AutoCloseable {
    private static final String FILES = "appendonlydir";

    private final Path folder;
    private final RedisProcess redis;

    private LedgerCopy(Path folder, RedisProcess redis) {
        this.folder = folder;
        this.redis = redis;
    }

    static LedgerCopy of(Path dataFolder, Path settingsFile) {
        if (!Files.isDirectory(dataFolder.resolve("redis").resolve(FILES))) {
            throw new StartFailure("There is no ledger in " + dataFolder
                    + ": name the Redis with --redis redis://HOST:PORT, or another folder with --data.");
        }
        try {
            Path folder = Files.createTempDirectory("seckill-audit");
            try (DataFolder held = DataFolder.openExisting(dataFolder)) {
                copy(held.file("redis").resolve(FILES), folder.resolve(FILES));
            } catch (IOException | RuntimeException e) {
                delete(folder);
                throw e;
            }
            return start(folder, settingsFile);
        } catch (IOException | UncheckedIOException e) {
            throw new StartFailure("The ledger in " + dataFolder + " can't be copied (" + e + ").", e);
        }
    }

    private static LedgerCopy start(Path folder, Path settingsFile) {
        try {
            List<String> settings = List.of("appendfsync no", "auto-aof-rewrite-percentage 0");
            RedisProcess redis = RedisProcess.start(folder, settingsFile, RedisProcess.freePort(), settings);
            return new LedgerCopy(folder, redis);
        } catch (RuntimeException e) {
            delete(folder);
            throw e;
        }
    }

    String address() {
        return redis.address();
    }

    @Override
    public void close() {
        redis.close();
        delete(folder);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
