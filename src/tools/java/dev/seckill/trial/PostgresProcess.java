package dev.seckill.trial;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * A real PostgreSQL on loopback, for a machine that has none: its programs come from Maven Central inside this jar, the data
 * stay in a folder, so that the next one there continues. What it acknowledges is on disk, as in production.
 */
public final class PostgresProcess implements AutoCloseable {
    public static final String USER = "seckill";

    /** Of the secret in a data folder that is its password. */
    public static final String PASSWORD_NAME = "database-password";

    private static final String DATABASE = "seckill";
    private static final String NAME = "postgres";

    /** Of postmaster.pid, which PostgreSQL writes before it listens. */
    private static final int PORT_LINE = 3;

    private static final Duration START_PATIENCE = Duration.ofSeconds(60);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);
    private static final Duration INIT_PATIENCE = Duration.ofMinutes(2);
    private static final int POLL_MS = 50;

    /** It refuses to run as root. In a user namespace of its own it does not see that it does. */
    private static final List<String> NOT_AS_ROOT = List.of("/usr/bin/unshare", "--user");

    private final Child child;
    private final int port;
    private final String password;

    private PostgresProcess(Child child, int port, String password) {
        this.child = child;
        this.port = port;
        this.password = password;
    }

    /** Starts one in the folder on a free port, and returns when it answers. */
    public static PostgresProcess start(Path folder, String password) {
        return start(folder.resolve("programs"), folder, RedisProcess.freePort(), password, List.of());
    }

    /** The same on that port, with programs that may serve several; the settings, as name=value, overrule its own. */
    public static PostgresProcess start(Path programs, Path folder, int port, String password, List<String> settings) {
        try {
            Files.createDirectories(folder);
            unpack(programs);
            Path data = folder.resolve("data");
            if (!Files.exists(data)) {
                initialize(programs, folder, data, password);
            }
            List<String> command =
                    new ArrayList<>(List.of(program(programs, "postgres"), "-D", data.toString(), "-p", port + ""));
            List<String> all = new ArrayList<>(List.of(
                    "listen_addresses=127.0.0.1",
                    "unix_socket_directories=",
                    // what it is about; they are the defaults, and stay so whatever the file in the folder says
                    "fsync=on",
                    "synchronous_commit=on",
                    "full_page_writes=on"));
            all.addAll(settings);
            all.forEach(setting -> command.addAll(List.of("-c", setting)));
            PostgresProcess postgres =
                    new PostgresProcess(Child.start(NAME, folder, allowed(command), Map.of()), port, password);
            postgres.awaitAnswerOrClose();
            return postgres;
        } catch (IOException e) {
            throw new StartFailure("Can't start PostgreSQL in " + folder + " (" + e + ").", e);
        }
    }

    /** Ends the one that a killed process left behind in the folder; true if there was one. */
    public static boolean endLeftover(Path folder) {
        return Child.endLeftover(NAME, folder, STOP_PATIENCE);
    }

    /** The one that runs in the folder, whoever started it. */
    static Optional<ProcessHandle> find(Path folder) {
        return Child.find(NAME, folder);
    }

    /** Where one that listens there answers, for JDBC. */
    static String url(int port) {
        return url(port, DATABASE);
    }

    /** Where the one that runs in the folder answers, for JDBC, if one does. */
    public static Optional<String> urlOfRunning(Path folder) {
        if (!Child.isRunning(NAME, folder)) {
            return Optional.empty();
        }
        try {
            List<String> lines = Files.readAllLines(folder.resolve("data/postmaster.pid"));
            return Optional.of(url(Integer.parseInt(lines.get(PORT_LINE)), DATABASE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void initialize(Path programs, Path folder, Path data, String password) throws IOException {
        // Beside it first: a folder that is there is complete.
        Path draft = Files.createTempDirectory(folder, "data");
        Path secret = Files.createTempFile(folder, "password", null);
        Path log = folder.resolve("initdb.log");
        try {
            Files.writeString(secret, password);
            Process initdb = new ProcessBuilder(allowed(List.of(
                            program(programs, "initdb"),
                            "--pgdata=" + draft,
                            "--username=" + USER,
                            "--pwfile=" + secret,
                            "--auth=scram-sha-256",
                            "--encoding=UTF8",
                            "--locale=C")))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!initdb.waitFor(INIT_PATIENCE.toSeconds(), TimeUnit.SECONDS) || initdb.exitValue() != 0) {
                initdb.destroyForcibly();
                throw new StartFailure("Can't make a database in " + folder + ": see " + log + ".");
            }
            Files.move(draft, data, StandardCopyOption.ATOMIC_MOVE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("Interrupted.", e);
        } finally {
            Files.delete(secret);
        }
    }

    private static List<String> allowed(List<String> command) {
        List<String> line = new ArrayList<>();
        if ("root".equals(System.getProperty("user.name"))) {
            if (!Files.isExecutable(Path.of(NOT_AS_ROOT.get(0)))) {
                throw new StartFailure("PostgreSQL does not run as root: run this as another user.");
            }
            line.addAll(NOT_AS_ROOT);
        }
        line.addAll(command);
        return line;
    }

    private static String program(Path programs, String name) {
        return programs.resolve("bin").resolve(name).toString();
    }

    // --- programs ---------------------------------------------------------------------------------------------------

    /** Unpacks the programs there unless they are. */
    private static void unpack(Path programs) throws IOException {
        if (Files.exists(programs)) {
            return;
        }
        String resource = "/postgres-" + platform() + ".txz";
        Files.createDirectories(programs.toAbsolutePath().getParent());
        // Beside it first: a folder that is there is complete.
        Path draft = Files.createTempDirectory(programs.toAbsolutePath().getParent(), "programs");
        try (InputStream packed = PostgresProcess.class.getResourceAsStream(resource)) {
            if (packed == null) {
                throw new StartFailure("There is no PostgreSQL for this machine (" + platform()
                        + ") in this jar: run with --no-database, or build with -Dembedded-postgres.platform=....");
            }
            unpack(new TarArchiveInputStream(new XZInputStream(packed)), draft);
        }
        Files.move(draft, programs, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void unpack(TarArchiveInputStream archive, Path folder) throws IOException {
        for (TarArchiveEntry entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
            Path file = folder.resolve(entry.getName()).normalize();
            if (!file.startsWith(folder)) {
                throw new IOException("the archive leaves its folder: " + entry.getName());
            }
            if (entry.isDirectory()) {
                Files.createDirectories(file);
                continue;
            }
            Files.createDirectories(file.getParent());
            if (entry.isSymbolicLink()) {
                Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
            } else {
                Files.copy(archive, file);
                Files.setPosixFilePermissions(file, permissions((entry.getMode() & 0100) != 0));
            }
        }
    }

    private static Set<PosixFilePermission> permissions(boolean executable) {
        Set<PosixFilePermission> permissions = new HashSet<>(Set.of(
                PosixFilePermission.OWNER_READ,
                PosixFilePermission.OWNER_WRITE,
                PosixFilePermission.GROUP_READ,
                PosixFilePermission.OTHERS_READ));
        if (executable) {
            permissions.addAll(Set.of(
                    PosixFilePermission.OWNER_EXECUTE,
                    PosixFilePermission.GROUP_EXECUTE,
                    PosixFilePermission.OTHERS_EXECUTE));
        }
        return permissions;
    }

    /** As the archives are named. */
    private static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux";
        String machine = System.getProperty("os.arch");
        return system + "-" + (machine.equals("aarch64") ? "arm_64" : "x86_64");
    }

    // --- life -------------------------------------------------------------------------------------------------------

    private void awaitAnswerOrClose() {
        try {
            awaitAnswer();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void awaitAnswer() {
        long giveUp = System.nanoTime() + START_PATIENCE.toNanos();
        while (true) {
            try {
                createDatabase();
                return;
            } catch (SQLException e) {
                if (!child.isAlive()) {
                    throw child.failure();
                }
                if (System.nanoTime() - giveUp > 0) {
                    throw new StartFailure(
                            "PostgreSQL did not answer within " + START_PATIENCE.toSeconds() + " s: see " + child.log()
                                    + ".",
                            e);
                }
                Pause.of(Duration.ofMillis(POLL_MS));
            }
        }
    }

    private void createDatabase() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(port, "postgres"), USER, password);
                Statement statement = connection.createStatement()) {
            try (ResultSet found =
                    statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + DATABASE + "'")) {
                if (found.next()) {
                    return;
                }
            }
            statement.execute("CREATE DATABASE " + DATABASE);
        }
    }

    private static String url(int port, String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** For JDBC. */
    public String url() {
        return url(port);
    }

    /** For psql, with the password in it. */
    public String address() {
        return address(port, password);
    }

    static String address(int port, String password) {
        return "postgresql://" + USER + ":" + password + "@127.0.0.1:" + port + "/" + DATABASE;
    }

    public int port() {
        return port;
    }

    public long pid() {
        return child.pid();
    }

    public CompletableFuture<Child> onExit() {
        return child.onExit();
    }

    /** Lets it write what it has and end; whoever is connected is cut off in time. */
    @Override
    public void close() {
        child.stop(STOP_PATIENCE);
    }
}
