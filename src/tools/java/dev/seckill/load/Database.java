package dev.seckill.load;

import dev.seckill.trial.PostgresProcess;

/**
 * Where orders are written.
 *
 * @param url for JDBC
 * @param password of {@link PostgresProcess#USER}
 */
record Database(String url, String password) {}
