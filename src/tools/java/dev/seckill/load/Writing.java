package dev.seckill.load;

import dev.seckill.trial.PostgresProcess;
import dev.seckill.trial.RedisProcess;

/**
 * A node that writes orders, with a Redis of its own, in which nobody else sells, and a PostgreSQL that keeps what it commits.
 *
 * @param password of {@link PostgresProcess#USER}
 */
record Writing(Target target, RedisProcess redis, PostgresProcess postgres, String password) {
    Database database() {
        return new Database(postgres.url(), password);
    }
}
