package dev.seckill.database;

import jakarta.annotation.Resource;
import jakarta.annotation.sql.DataSourceDefinition;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** The server's pool of connections to the database. Defined where none is configured too, and then never asked. */
@ApplicationScoped
@DataSourceDefinition(
        name = DatabasePool.NAME,
        className = "dev.seckill.database.DatabaseSource",
        // The smallest: a node starts while the database is away.
        initialPoolSize = 0,
        minPoolSize = 0,
        maxPoolSize = DatabasePool.MOST_CONNECTIONS,
        // Local transactions: there is nothing else to commit together.
        transactional = false,
        properties = {
            "fish.payara.is-connection-validation-required=true",
            "fish.payara.connection-validation-method=custom-validation",
            "fish.payara.validation-classname=org.glassfish.api.jdbc.validation.PostgresConnectionValidation",
            "fish.payara.fail-all-connections=true"
        })
public class DatabasePool implements Supplier<DataSource> {
    static final String NAME = "java:app/jdbc/orders";

    /** Sixteen sales are written at once at most; the others are for the round, comparing, looking, paying, and a few to spare. */
    static final int MOST_CONNECTIONS = 28;

    @Resource(lookup = NAME)
    private DataSource pool;

    @Override
    public DataSource get() {
        return pool;
    }
}
