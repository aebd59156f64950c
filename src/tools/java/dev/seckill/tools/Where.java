package dev.seckill.tools;

import dev.seckill.ledger.Password;
import dev.seckill.trade.BadInput;
import dev.seckill.trial.PostgresProcess;
import dev.seckill.trial.RedisProcess;
import dev.seckill.trial.StartFailure;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where a ledger and its database are: in the data folder of a trial, or wherever they are running. */
final class Where {
    @Option(
            names = "--data",
            defaultValue = "${sys:seckill.home}/data",
            paramLabel = "FOLDER",
            description = "Data folder of scripts/run (${DEFAULT-VALUE}).")
    private Path dataFolder;

    @Option(
            names = "--redis",
            paramLabel = "redis://HOST:PORT",
            description = "A running Redis instead; SECKILL_LEDGER_USERNAME and SECKILL_LEDGER_PASSWORD as for a node.")
    private String redisAddress;

    @Option(
            names = "--database",
            paramLabel = "jdbc:postgresql://HOST:PORT/NAME",
            description =
                    "With --redis: the PostgreSQL of its orders, SECKILL_DATABASE_USER and SECKILL_DATABASE_PASSWORD"
                            + " as for a node.")
    private String databaseUrl;

    @Option(names = "--no-database", description = "Do not look at the orders, or there are none.")
    private boolean noDatabase;

    /** Refuses what goes not together. */
    void check() {
        if (redisAddress != null && !redisAddress.matches("rediss?://[^/@]+:\\d+")) {
            throw new BadInput("--redis is redis://HOST:PORT or rediss://HOST:PORT, not " + redisAddress);
        }
        if (databaseUrl != null && !databaseUrl.matches("jdbc:postgresql://[^/@?]+/[^/@?]+")) {
            throw new BadInput("--database is jdbc:postgresql://HOST:PORT/NAME, not " + databaseUrl);
        }
        if (databaseUrl != null && (noDatabase || redisAddress == null)) {
            throw new BadInput("--database goes with --redis, and without --no-database");
        }
    }

    /** Refuses to leave out a database because nobody thought of it. */
    void checkDatabaseIsNamed() {
        if (redisAddress != null && databaseUrl == null && !noDatabase) {
            throw new BadInput("--redis needs the --database of its orders, or --no-database if there is none");
        }
    }

    /** The ledger, or a copy of one that is stopped. */
    LedgerAddress ledger() {
        if (redisAddress != null) {
            return LedgerAddress.running(redisAddress);
        }
        Path settings = Path.of(System.getProperty("seckill.home")).resolve("payara-config/redis.conf");
        return LedgerAddress.of(folder(), settings);
    }

    /** The same, no copy. */
    String runningLedger() {
        if (redisAddress != null) {
            return redisAddress;
        }
        return RedisProcess.addressOfRunning(folder().resolve("redis"))
                .orElseThrow(() -> new StartFailure("No Redis is running in " + folder()
                        + ": start it with scripts/run, or name one with --redis redis://HOST:PORT."));
    }

    /** The database, or a copy of one that is stopped; null where there is none. */
    DatabaseAddress database() {
        if (noDatabase) {
            return null;
        }
        if (redisAddress == null) {
            return DatabaseAddress.of(folder()).orElse(null);
        }
        return databaseUrl == null
                ? null
                : DatabaseAddress.running(
                        databaseUrl, environment("SECKILL_DATABASE_USER"), password("SECKILL_DATABASE_PASSWORD"));
    }

    /** The same, no copy. */
    DatabaseAddress runningDatabase() {
        Path postgres = folder().resolve("postgres");
        if (!noDatabase
                && redisAddress == null
                && postgres.resolve("data").toFile().isDirectory()
                && PostgresProcess.urlOfRunning(postgres).isEmpty()) {
            throw new StartFailure("No PostgreSQL is running in " + folder() + ": start it with scripts/run.");
        }
        return database();
    }

    private Path folder() {
        return dataFolder.toAbsolutePath().normalize();
    }

    static Optional<String> ledgerUsername() {
        return environment("SECKILL_LEDGER_USERNAME");
    }

    static Optional<String> ledgerPassword() {
        return password("SECKILL_LEDGER_PASSWORD");
    }

    /** As for a node: itself, or in a file. */
    private static Optional<String> password(String name) {
        return environment(name)
                .or(() -> environment(name + "_FILE").map(file -> Password.inFile(name + "_FILE", file)));
    }

    private static Optional<String> environment(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isEmpty());
    }
}
