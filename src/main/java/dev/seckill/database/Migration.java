package dev.seckill.database;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings the database's tables to what this version needs. Nodes that start together take turns. */
public final class Migration {
    private static final String WHERE = "classpath:db/migration";

    private Migration() {}

    public static void run(DataSource source) {
        try {
            Flyway.configure(Migration.class.getClassLoader())
                    .dataSource(source)
                    .locations(WHERE)
                    .validateMigrationNaming(true)
                    // Where nothing is found something is wrong with the deployment, not with the database.
                    .failOnMissingLocations(true)
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new DatabaseAway(e.getMessage(), e);
        }
    }
}
