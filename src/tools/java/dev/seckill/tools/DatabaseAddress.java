package dev.seckill.tools;

import dev.seckill.trial.PostgresProcess;
import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where a database answers: a running PostgreSQL, or the copy of one that is stopped. */
final class DatabaseAddress implements AutoCloseable {
    private final String url;
    private final Optional<String> user;
    private final Optional<String> password;
    private final DatabaseCopy copy;

    private DatabaseAddress(String url, Optional<String> user, Optional<String> password, DatabaseCopy copy) {
        this.url = url;
        this.user = user;
        this.password = password;
        this.copy = copy;
    }

    static DatabaseAddress running(String url, Optional<String> user, Optional<String> password) {
        return new DatabaseAddress(url, user, password, null);
    }

    /** The database of a data folder, if it has one: its PostgreSQL if that is running, else a copy that lives until this is closed. */
    static Optional<DatabaseAddress> of(Path dataFolder) {
        Path postgres = dataFolder.resolve("postgres");
        Path secret = dataFolder.resolve(PostgresProcess.PASSWORD_NAME);
        if (!Files.isDirectory(postgres.resolve("data")) || !Files.exists(secret)) {
            return Optional.empty();
        }
        try {
            String password = Files.readString(secret).strip();
            Optional<String> running = PostgresProcess.urlOfRunning(postgres);
            DatabaseCopy copy = running.isPresent() ? null : DatabaseCopy.of(dataFolder, password);
            return Optional.of(new DatabaseAddress(
                    running.orElseGet(() -> copy.url()),
                    Optional.of(PostgresProcess.USER),
                    Optional.of(password),
                    copy));
        } catch (IOException e) {
            throw new StartFailure("The password in " + secret + " can't be read (" + e + ").", e);
        }
    }

    String url() {
        return url;
    }

    Optional<String> user() {
        return user;
    }

    Optional<String> password() {
        return password;
    }

    @Override
    public void close() {
        if (copy != null) {
            copy.close();
        }
    }
}
