package dev.seckill.order;

import jakarta.annotation.Resource;
import jakarta.annotation.sql.DataSourceDefinition;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** The server's pool of connections to the database. Defined where none is configured too, and then never asked. */
@ApplicationScoped
@DataSourceDefinition(
        name = OrderDatabase.NAME,
        className = "dev.seckill.order.OrderSource",
        // The smallest: a node starts while the database is away.
        initialPoolSize = 0,
        minPoolSize = 0,
        maxPoolSize = OrderDatabase.MOST_CONNECTIONS,
        // Local transactions: there is nothing else to commit together.
        transactional = false,
        properties = {
            "fish.payara.is-connection-validation-required=true",
            "fish.payara.connection-validation-method=custom-validation",
            "fish.payara.validation-classname=org.glassfish.api.jdbc.validation.PostgresConnectionValidation",
            "fish.payara.fail-all-connections=true"
        })
public class OrderDatabase implements Supplier<DataSource> {
    static final String NAME = "java:app/jdbc/orders";

    /** One for each writer, of which there are 16 at most, for the round, to compare, for each who looks, and one to spare. */
    static final int MOST_CONNECTIONS = 19 + SearchThreads.MOST_AT_ONCE;

    @Resource(lookup = NAME)
    private DataSource pool;

    @Override
    public DataSource get() {
        return pool;
    }
}
