package dev.seckill.database;

import dev.seckill.trade.BadInput;
import java.sql.SQLException;
import javax.sql.PooledConnection;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.postgresql.ds.PGConnectionPoolDataSource;

/**
 * What the server's pool gets its connections from: configured by MicroProfile Config when one is wanted, and by nothing else.
 * The pool sets a server's name and port of its own on it, whatever its definition says of a url; here they change nothing.
 */
public final class DatabaseSource extends PGConnectionPoolDataSource {
    private static final long serialVersionUID = 1;

    @Override
    public PooledConnection getPooledConnection() throws SQLException {
        return configured().getPooledConnection();
    }

    @Override
    public PooledConnection getPooledConnection(String user, String password) throws SQLException {
        return getPooledConnection();
    }

    private static PGConnectionPoolDataSource configured() throws SQLException {
        Config config = ConfigProvider.getConfig(DatabaseSource.class.getClassLoader());
        PGConnectionPoolDataSource source = new PGConnectionPoolDataSource();
        try {
            DatabaseConfig.from(config).applyTo(source);
        } catch (BadInput e) {
            // such as a password's file that is just being replaced
            throw new SQLException(e.getMessage(), e);
        }
        return source;
    }
}
