package dev.seckill.database;

/**
 * Thrown when the database did not do what it was asked, for a reason that passes: it cannot be reached, is full, read-only,
 * slow, or was overtaken by another writer. Whether the last commit was made is not known.
 */
public final class DatabaseAway extends RuntimeException {
    private static final long serialVersionUID = 1;

    public DatabaseAway(String message, Throwable cause) {
        super(message, cause);
    }
}
