package dev.seckill.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;

/** Sets the parameters of one statement, in turn; a column of many rows is one array, so that all rows are one statement. */
public final class Columns<R> {
    private final Connection connection;
    private final PreparedStatement statement;
    private final List<R> rows;
    private int index;

    public Columns(Connection connection, PreparedStatement statement, List<R> rows) {
        this.connection = connection;
        this.statement = statement;
        this.rows = rows;
    }

    public Columns<R> value(Object value) throws SQLException {
        statement.setObject(++index, value);
        return this;
    }

    public Columns<R> texts(Function<R, String> column) throws SQLException {
        return array("text", column);
    }

    /** Whole numbers; null where there is none. */
    public Columns<R> numbers(Function<R, Long> column) throws SQLException {
        return array("bigint", column);
    }

    private Columns<R> array(String type, Function<R, ?> column) throws SQLException {
        statement.setArray(
                ++index,
                connection.createArrayOf(type, rows.stream().map(column).toArray()));
        return this;
    }

    public int update() throws SQLException {
        return statement.executeUpdate();
    }
}
