package dev.seckill.tools;

import dev.seckill.trial.RedisProcess;
import dev.seckill.trial.StartFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Redis on a copy of a stopped ledger's append-only files. */
final class LedgerCopy implements AutoCloseable {
    private static final String FILES = "redis/appendonlydir";

    private final FolderCopy files;
    private final RedisProcess redis;

    private LedgerCopy(FolderCopy files, RedisProcess redis) {
        this.files = files;
        this.redis = redis;
    }

    static LedgerCopy of(Path dataFolder, Path settingsFile) {
        if (!Files.isDirectory(dataFolder.resolve(FILES))) {
            throw new StartFailure("There is no ledger in " + dataFolder
                    + ": name the Redis with --redis redis://HOST:PORT, or another folder with --data.");
        }
        FolderCopy files = FolderCopy.of(dataFolder, FILES);
        try {
            List<String> settings = List.of("appendfsync no", "auto-aof-rewrite-percentage 0");
            return new LedgerCopy(
                    files, RedisProcess.start(files.folder(), settingsFile, RedisProcess.freePort(), settings));
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    String address() {
        return redis.address();
    }

    @Override
    public void close() {
        redis.close();
        files.close();
    }
}
