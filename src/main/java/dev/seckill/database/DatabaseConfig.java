package dev.seckill.database;

import dev.seckill.ledger.Password;
import dev.seckill.trade.BadInput;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.postgresql.ds.common.BaseDataSource;

/**
 * How a connection to the database is made. See microprofile-config.properties for each value's reason.
 *
 * @param timeout after which a statement, the wait for a row or an answer, or an idle transaction is given up
 */
public record DatabaseConfig(String url, Optional<String> user, Optional<String> password, Duration timeout) {
    public DatabaseConfig {
        if (timeout.toSeconds() < 1 || timeout.compareTo(Duration.ofMinutes(5)) > 0) {
            throw new BadInput("seckill.database.timeout is PT1S to PT5M, not " + timeout);
        }
    }

    public static DatabaseConfig from(Config config) {
        return new DatabaseConfig(
                config.getValue("seckill.database.url", String.class),
                config.getOptionalValue("seckill.database.user", String.class),
                Password.of(config, "seckill.database.password"),
                config.getValue("seckill.database.timeout", Duration.class));
    }

    /** Without the password, also where the address has one. */
    @Override
    public String toString() {
        return url.replaceFirst("\\?.*", "") + user.map(name -> " as " + name).orElse("");
    }

    public void applyTo(BaseDataSource source) {
        source.setUrl(url);
        user.ifPresent(source::setUser);
        password.ifPresent(source::setPassword);
        int seconds = (int) timeout.toSeconds();
        source.setConnectTimeout(seconds);
        source.setLoginTimeout(seconds);
        // The server gives up first, and says so; the socket is for a server that says nothing.
        source.setSocketTimeout(2 * seconds);
        source.setTcpKeepAlive(true);
        source.setApplicationName("seckill");
        long ms = timeout.toMillis();
        // A frozen node's transaction holds up whoever takes over, but not longer than that one waits.
        source.setOptions("-c statement_timeout=" + ms + " -c lock_timeout=" + ms
                + " -c idle_in_transaction_session_timeout=" + ms / 2);
    }
}
