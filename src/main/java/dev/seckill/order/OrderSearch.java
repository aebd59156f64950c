package dev.seckill.order;

import dev.seckill.database.Columns;
import dev.seckill.database.Database;
import dev.seckill.ledger.Movement;
import dev.seckill.trade.Operator;
import dev.seckill.trade.Place;
import dev.seckill.trade.SaleId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiFunction;

/**
 * What people look for in the database: orders, what is kept aside, what operators did. So many at a time, on threads of its own;
 * each is one short transaction that the database ends when it takes too long. All fail with {@link OrdersAway}.
 */
@ApplicationScoped
public class OrderSearch {
    private final Orders orders;
    private final Executor threads;

    @Inject
    public OrderSearch(Orders orders, SearchThreads threads) {
        this(orders, (Executor) threads);
    }

    OrderSearch(Orders orders, Executor threads) {
        this.orders = orders;
        this.threads = threads;
    }

    /** For the container's proxy. */
    OrderSearch() {
        this(null, (Executor) null);
    }

    /** Orders, newest first; the cursor is what the part of the list before this one said. */
    public CompletionStage<Listing<Order>> orders(OrderQuery query, int limit, Optional<String> after) {
        return look(connection -> query.list(connection, limit, after));
    }

    /** What operators did, newest first. */
    public CompletionStage<Listing<OperatorAction>> actions(
            Optional<SaleId> sale, Optional<Operator> operator, int limit, Optional<String> after) {
        return look(connection -> OperatorLog.list(connection, sale, operator, limit, after));
    }

    /** What could not be written, of a sale or of all, in the order it happened in each. */
    public CompletionStage<Listing<KeptAside>> keptAside(Optional<SaleId> sale, int limit, Optional<String> after) {
        return look(connection -> keptAside(connection, sale, limit, after));
    }

    /** Tries again some of what is kept aside of a sale; empty if there is no such sale. It may be repeated. */
    public CompletionStage<Optional<Retried>> retry(SaleId sale, Operator operator, Optional<String> after) {
        return ask((database, writer) -> writer.retry(sale, operator, after));
    }

    private <T> CompletionStage<T> look(Database.Work<T> work) {
        return ask((database, writer) -> database.transact(work));
    }

    private <T> CompletionStage<T> ask(BiFunction<Database, OrderWriter, T> question) {
        // Nobody waits in line for a database that is away.
        orders.ask((database, writer) -> null);
        try {
            return CompletableFuture.supplyAsync(() -> orders.ask(question), threads);
        } catch (RejectedExecutionException e) {
            throw new OrdersAway(OrdersAway.Reason.BUSY, "so many are looking");
        }
    }

    private record Where(String sale, Place place, String reservation) {
        static final Where BEGIN = new Where("", Place.BEGIN, "");

        static Where of(String... parts) {
            return new Where(parts[0], new Place(Long.parseLong(parts[1]), Long.parseLong(parts[2])), parts[3]);
        }

        String cursor() {
            return Cursor.of(sale, place.epoch(), place.seq(), reservation);
        }
    }

    private static Listing<KeptAside> keptAside(
            Connection connection, Optional<SaleId> sale, int limit, Optional<String> after) throws SQLException {
        Where from = Cursor.read(after, 4, Where::of).orElse(Where.BEGIN);
        String sql = "SELECT k.sale, k.epoch, k.seq, k.reservation, k.reason, k.kept_at, m.body"
                + " FROM kept_aside k JOIN movements m USING (sale, epoch, seq)"
                + " WHERE (k.sale, k.epoch, k.seq, k.reservation) > (?, ?, ?, ?)"
                + (sale.isPresent() ? " AND k.sale = ?" : "")
                + " ORDER BY k.sale, k.epoch, k.seq, k.reservation LIMIT ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            Columns<?> columns = new Columns<>(connection, statement, List.of());
            columns.value(from.sale)
                    .value(from.place.epoch())
                    .value(from.place.seq())
                    .value(from.reservation);
            if (sale.isPresent()) {
                columns.value(sale.get().value());
            }
            columns.value(limit + 1);
            List<KeptAside> kept = new ArrayList<>();
            Where last = from;
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    if (kept.size() == limit) {
                        return new Listing<>(kept, Optional.of(last.cursor()));
                    }
                    Place place = new Place(row.getLong("epoch"), row.getLong("seq"));
                    last = new Where(row.getString("sale"), place, row.getString("reservation"));
                    kept.add(new KeptAside(
                            last.sale,
                            last.reservation,
                            row.getString("reason"),
                            row.getObject("kept_at", OffsetDateTime.class).toInstant(),
                            ofOne(MovementJson.movement(place, row.getString("body")), last.reservation)));
                }
            }
            return new Listing<>(kept, Optional.empty());
        }
    }

    /** Of the many reservations that a movement may have, the others are no part of what is kept aside here. */
    private static Movement ofOne(Movement movement, String reservation) {
        return new Movement(
                movement.epoch(),
                movement.seq(),
                movement.fields(),
                movement.parts().stream()
                        .filter(part -> part.reservation().replace('\0', '?').equals(reservation))
                        .toList());
    }
}
