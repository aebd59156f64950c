package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.trial.PostgresProcess;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** The database of the tests is one that keeps what it acknowledges. Touches a PostgreSQL of its own. */
class PostgresServerTest {
    @Test
    void keepsWhatItHasAcknowledgedWhenItIsKilled() throws SQLException {
        try (PostgresServer server = PostgresServer.start()) {
            ask(server, "CREATE TABLE kept (word text)", null);
            ask(server, "INSERT INTO kept VALUES ('kept')", null);

            server.kill();
            server.restart();

            assertThat(ask(server, null, "SELECT word FROM kept")).isEqualTo("kept");
            assertThat(ask(server, null, "SHOW fsync")).isEqualTo("on");
            assertThat(ask(server, null, "SHOW synchronous_commit")).isEqualTo("on");
            assertThat(ask(server, null, "SHOW full_page_writes")).isEqualTo("on");
            assertThat(ask(server, null, "SHOW server_version")).startsWith("15.");
        }
    }

    private static String ask(PostgresServer server, String command, String question) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(server.url(), PostgresProcess.USER, PostgresServer.PASSWORD);
                Statement statement = connection.createStatement()) {
            if (command != null) {
                statement.execute(command);
                return "";
            }
            try (ResultSet answer = statement.executeQuery(question)) {
                answer.next();
                return answer.getString(1);
            }
        }
    }
}
