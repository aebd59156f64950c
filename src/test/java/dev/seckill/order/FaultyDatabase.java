package dev.seckill.order;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** A database whose every step can be the one at which something happens: before it, or after it before its reply is heard. */
public final class FaultyDatabase {
    /** What is a step: all that talks to the server. */
    private static final Set<String> STEPS = Set.of(
            "getConnection", "executeUpdate", "executeQuery", "commit", "setSavepoint", "releaseSavepoint", "rollback");

    private final DataSource real;
    private final int step;
    private final boolean after;
    private final Fault fault;
    private final AtomicInteger steps = new AtomicInteger();
    private volatile Connection current;

    /** What happens. */
    @FunctionalInterface
    public interface Fault {
        void strike(Connection connection) throws SQLException;
    }

    /** The connection is lost, as when either end or the way between them dies. */
    public static final Fault LOST = connection -> {
        if (connection != null) {
            connection.abort(Runnable::run);
        }
        throw new SQLException("the connection is lost", "08006");
    };

    public FaultyDatabase(DataSource real, int step, boolean after, Fault fault) {
        this.real = real;
        this.step = step;
        this.after = after;
        this.fault = fault;
    }

    public DataSource source() {
        return proxy(DataSource.class, real);
    }

    /** Whether it has happened. */
    public boolean hasStruck() {
        return steps.get() >= step;
    }

    private <T> T proxy(Class<T> type, Object target) {
        InvocationHandler handler = (self, method, args) -> {
            boolean isStep = STEPS.contains(method.getName());
            boolean isIt = isStep && steps.incrementAndGet() == step;
            if (isIt && !after) {
                fault.strike(current);
            }
            Object result;
            try {
                result = method.invoke(target, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
            if (result instanceof PreparedStatement statement) {
                result = proxy(PreparedStatement.class, statement);
            } else if (result instanceof Connection connection && target instanceof DataSource) {
                current = connection;
                result = proxy(Connection.class, connection);
            }
            if (isIt && after) {
                fault.strike(current);
            }
            return result;
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
