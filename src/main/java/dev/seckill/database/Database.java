package dev.seckill.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** The way to the database: one transaction at a time, and every fault either {@link DatabaseAway} or {@link RowRefused}. */
public final class Database {
    private final DataSource source;

    public Database(DataSource source) {
        this.source = source;
    }

    /** What is done in one transaction. */
    @FunctionalInterface
    public interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    /** Does it and commits; after a fault nothing of it is there, unless the fault came with the commit itself. */
    public <T> T transact(Work<T> work) {
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            try {
                T result = work.in(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                rollBack(connection, e);
                throw e;
            }
        } catch (SQLException e) {
            throw new DatabaseAway(e.getMessage(), RowRefused.sort(e));
        }
    }

    private static void rollBack(Connection connection, Exception because) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            because.addSuppressed(e);
        }
    }

    /** Why it may lose what it has committed, or ''. */
    public String notDurable() {
        return transact(connection -> {
            String fsync = ask(connection, "SHOW fsync");
            String commit = ask(connection, "SHOW synchronous_commit");
            return fsync.equals("off") || commit.equals("off") || commit.equals("local")
                    ? "fsync=" + fsync + " synchronous_commit=" + commit
                    : "";
        });
    }

    private static String ask(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(question)) {
            answer.next();
            return answer.getString(1);
        }
    }
}
