package dev.seckill.database;

import java.sql.SQLException;

/** Thrown when the database will never take a row as it is: a value it cannot hold, or one that a constraint forbids. */
public final class RowRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private RowRefused(SQLException cause) {
        super(cause.getMessage(), cause);
    }

    /** Rethrows what is the row's own fault as such: data exceptions and integrity constraints. All else may pass. */
    public static SQLException sort(SQLException fault) {
        String state = fault.getSQLState();
        if (state != null && (state.startsWith("22") || state.startsWith("23"))) {
            throw new RowRefused(fault);
        }
        return fault;
    }
}
