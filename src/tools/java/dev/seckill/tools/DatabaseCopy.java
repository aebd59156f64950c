package dev.seckill.tools;

import dev.seckill.trial.PostgresProcess;
import dev.seckill.trial.RedisProcess;
import java.nio.file.Path;
import java.util.List;

/** A PostgreSQL on a copy of a stopped database's files. */
final class DatabaseCopy implements AutoCloseable {
    /** Nothing of it has to last. */
    private static final List<String> SETTINGS = List.of("fsync=off", "full_page_writes=off");

    private final FolderCopy files;
    private final PostgresProcess postgres;

    private DatabaseCopy(FolderCopy files, PostgresProcess postgres) {
        this.files = files;
        this.postgres = postgres;
    }

    static DatabaseCopy of(Path dataFolder, String password) {
        FolderCopy files = FolderCopy.of(dataFolder, "postgres/data");
        try {
            Path programs = dataFolder.resolve("postgres/programs");
            return new DatabaseCopy(
                    files,
                    PostgresProcess.start(programs, files.folder(), RedisProcess.freePort(), password, SETTINGS));
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    String url() {
        return postgres.url();
    }

    @Override
    public void close() {
        postgres.close();
        files.close();
    }
}
