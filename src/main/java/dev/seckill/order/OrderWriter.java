package dev.seckill.order;

import dev.seckill.database.Columns;
import dev.seckill.database.Database;
import dev.seckill.database.DatabaseAway;
import dev.seckill.database.RowRefused;
import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.Movement;
import dev.seckill.ledger.Page;
import dev.seckill.order.OrderRows.Kept;
import dev.seckill.order.SaleStopped.Reason;
import dev.seckill.trade.Operator;
import dev.seckill.trade.Place;
import dev.seckill.trade.SaleId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Writes the movements of a sale, in their order, as orders.
 *
 * <p>Each batch is one transaction, which begins by moving the sale's progress from where this writer found it to the batch's
 * last movement. If somebody else has moved it meanwhile no row changes there, and nothing is written: so any number of
 * writers, frozen ones and doubled batches among them, write each movement once. Whose turn it is ({@link Roster}) only saves
 * them the trouble.
 *
 * <p>A batch that the database refuses is written again movement by movement, and a movement that it refuses step by step;
 * what it still refuses is kept aside. Any other fault ends the turn: the next one begins at the database's own progress.
 */
final class OrderWriter {
    private static final Logger LOG = Logger.getLogger(OrderWriter.class.getName());

    /** Longer than any of the ledger's own timeouts. */
    private static final long LEDGER_PATIENCE_S = 30;

    /** In one transaction, in which nothing else of the sale is written. */
    private static final int MOST_RETRIED = 500;

    private final Ledger ledger;
    private final Database database;
    private final int batchRows;

    /** Hears of the steps of each batch that is committed. */
    private final IntConsumer written;

    OrderWriter(Ledger ledger, Database database, int batchRows, IntConsumer written) {
        this.ledger = ledger;
        this.database = database;
        this.batchRows = batchRows;
        this.written = written;
    }

    /** How a turn ended. */
    enum Turn {
        /** Its time was over; there may be more to write. */
        MORE,
        /** Everything is written. */
        WRITTEN,
        /** Everything is written for ever: the sale was archived. */
        FINISHED
    }

    /** @param fence what a rebuild raises, so that nothing is written that was read before it */
    private record Progress(Place place, Optional<Movement> last, long fence) {}

    /**
     * Writes what it can of a sale until everything is written or the time (System.nanoTime) is over.
     *
     * @throws SaleStopped if the ledger's movements do not go on from the database's progress
     * @throws DatabaseAway if the database did not do what it was asked
     */
    Turn turn(SaleId sale, long untilNanos) {
        Progress progress = database.transact(connection -> progress(connection, sale));
        Place place = progress.place();
        Optional<Reason> wrong = differs(sale, progress);
        while (wrong.isEmpty()) {
            List<Movement> batch = new ArrayList<>();
            Page.End end = read(sale, place, batch);
            if (!batch.isEmpty()) {
                write(sale, place, progress.fence(), batch);
                place = last(batch);
            }
            switch (end) {
                case MORE -> {}
                // What has come meanwhile makes a larger batch, in a turn of its own.
                case READ -> {
                    return Turn.WRITTEN;
                }
                case ARCHIVED -> {
                    return finish(sale, place);
                }
                default -> wrong = Optional.of(Reason.valueOf(end.name()));
            }
            if (wrong.isEmpty() && System.nanoTime() - untilNanos >= 0) {
                return Turn.MORE;
            }
        }
        throw new SaleStopped(sale, place, wrong.orElseThrow());
    }

    /** Up to where the database has a sale's movements. */
    Place written(SaleId sale) {
        return database.transact(connection -> progress(connection, sale).place());
    }

    /** Notes who is about to archive a sale. */
    void noteArchiving(SaleId sale, Operator operator) {
        database.transact(connection -> {
            OperatorLog.note(connection, sale, operator, "ARCHIVE_SALE", "asked to archive");
            return null;
        });
    }

    private static Progress progress(Connection connection, SaleId sale) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT p.epoch, p.seq, m.body, p.fence FROM progress p
                LEFT JOIN movements m ON (m.sale, m.epoch, m.seq) = (p.sale, p.epoch, p.seq)
                WHERE p.sale = ?""")) {
            statement.setString(1, sale.value());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return new Progress(Place.BEGIN, Optional.empty(), 0);
                }
                Place place = new Place(row.getLong(1), row.getLong(2));
                return new Progress(
                        place,
                        Optional.ofNullable(row.getString(3)).map(body -> MovementJson.movement(place, body)),
                        row.getLong(4));
            }
        }
    }

    /** Fails with {@link SaleStopped} if the ledger's history is not the one that was written. */
    void assertGoesOn(SaleId sale) {
        Progress progress = database.transact(connection -> progress(connection, sale));
        differs(sale, progress).ifPresent(reason -> {
            throw new SaleStopped(sale, progress.place(), reason);
        });
    }

    // --- reading ----------------------------------------------------------------------------------------------------

    /**
     * Whether the ledger's history is not the one that was written so far: the last written movement must still stand at its
     * place. A copy of the ledger from before would otherwise be read on from as soon as it has grown past that place.
     */
    private Optional<Reason> differs(SaleId sale, Progress progress) {
        if (progress.last().isEmpty()) {
            return Optional.empty();
        }
        Optional<Movement> there = await(ledger.movement(sale, progress.place()));
        if (there.isEmpty()) {
            Page page = await(ledger.readOn(sale, progress.place()));
            return switch (page.end()) {
                case ARCHIVED -> Optional.empty();
                case BEHIND, GONE -> Optional.of(Reason.valueOf(page.end().name()));
                case MORE, READ, GAP -> Optional.of(Reason.GAP);
            };
        }
        return there.equals(progress.last()) ? Optional.empty() : Optional.of(Reason.REPLACED);
    }

    private Page.End read(SaleId sale, Place place, List<Movement> batch) {
        int rows = 0;
        Page page = await(ledger.readOn(sale, place));
        while (!page.movements().isEmpty()) {
            for (Movement movement : page.movements()) {
                if (rows >= batchRows) {
                    return Page.End.MORE;
                }
                batch.add(movement);
                rows += 1 + movement.parts().size();
            }
            if (page.end() == Page.End.READ || rows >= batchRows) {
                return page.end();
            }
            page = await(ledger.readOn(sale, last(batch)));
        }
        return page.end();
    }

    private static Place last(List<Movement> batch) {
        return batch.get(batch.size() - 1).place();
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(LEDGER_PATIENCE_S, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException fault ? fault : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("the ledger never answered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    // --- writing ----------------------------------------------------------------------------------------------------

    private void write(SaleId sale, Place from, long fence, List<Movement> batch) {
        try {
            written.accept(database.transact(connection -> writeTogether(connection, sale, from, fence, batch)));
        } catch (RowRefused e) {
            LOG.log(Level.FINE, "one by one, because of " + e.getMessage(), e);
            Place place = from;
            for (Movement movement : batch) {
                Place before = place;
                written.accept(
                        database.transact(connection -> writeStepByStep(connection, sale, before, fence, movement)));
                place = movement.place();
            }
        }
    }

    private static int writeTogether(Connection connection, SaleId sale, Place from, long fence, List<Movement> batch)
            throws SQLException {
        move(connection, sale, from, fence, batch);
        OrderRows rows = new OrderRows(connection, sale);
        List<Step> steps =
                batch.stream().flatMap(movement -> Step.of(movement).stream()).toList();
        return steps.size() - keepAside(connection, sale, rows, rows.write(steps, rows.blocked(steps)));
    }

    private static int writeStepByStep(Connection connection, SaleId sale, Place from, long fence, Movement movement)
            throws SQLException {
        move(connection, sale, from, fence, List.of(movement));
        OrderRows rows = new OrderRows(connection, sale);
        int wrote = 0;
        for (Step step : Step.of(movement)) {
            Set<String> blocked = rows.blocked(List.of(step));
            wrote += 1 - keepAside(connection, sale, rows, writeOne(connection, rows, step, blocked));
        }
        return wrote;
    }

    private static List<Aside> writeOne(Connection connection, OrderRows rows, Step step, Set<String> blocked)
            throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            List<Aside> asides = rows.write(List.of(step), blocked);
            connection.releaseSavepoint(before);
            return asides;
        } catch (SQLException e) {
            try {
                throw RowRefused.sort(e);
            } catch (RowRefused refused) {
                connection.rollback(before);
                return List.of(new Aside(step, refused.getMessage()));
            }
        }
    }

    /** Moves progress over the batch, and keeps its movements and who caused them: what follows holds for the one who could. */
    private static void move(Connection connection, SaleId sale, Place from, long fence, List<Movement> batch)
            throws SQLException {
        Movement last = batch.get(batch.size() - 1);
        try (PreparedStatement statement = connection.prepareStatement("""
                UPDATE progress SET epoch = ?, seq = ?, at = to_timestamp(? / 1000.0)
                WHERE sale = ? AND epoch = ? AND seq = ? AND fence = ?""")) {
            int moved = new Columns<>(connection, statement, batch)
                    .value(last.epoch())
                    .value(last.seq())
                    .value(Step.atMs(last))
                    .value(sale.value())
                    .value(from.epoch())
                    .value(from.seq())
                    .value(fence)
                    .update();
            if (moved != 1) {
                throw new DatabaseAway(
                        "another writer, or a rebuild, has moved on from " + from + " in sale " + sale, null);
            }
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                INSERT INTO movements (sale, epoch, seq, kind, body)
                SELECT ?, n.epoch, n.seq, n.kind, n.body::json FROM unnest(?, ?, ?, ?) AS n (epoch, seq, kind, body)""")) {
            new Columns<>(connection, statement, batch)
                    .value(sale.value())
                    .numbers(Movement::epoch)
                    .numbers(Movement::seq)
                    .texts(movement -> movement.kind().replace('\0', '?'))
                    .texts(MovementJson::of)
                    .update();
        }
        OperatorLog.write(connection, sale, batch);
    }

    private static int keepAside(Connection connection, SaleId sale, OrderRows rows, List<Aside> asides)
            throws SQLException {
        int kept = rows.keepAside(asides);
        if (kept > 0) {
            count(connection, sale, kept);
            Aside first = asides.get(0);
            LOG.log(Level.SEVERE, "{0} steps of sale {1} are kept aside; the first: {2} {3} at {4} {5}.", new Object[] {
                kept, sale, first.step().kind(), first.subject(), first.step().place(), first.reason()
            });
        }
        return kept;
    }

    /** So many more steps are kept aside. */
    static void count(Connection connection, SaleId sale, int more) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE progress SET aside = aside + ? WHERE sale = ?")) {
            new Columns<>(connection, statement, List.of())
                    .value(more)
                    .value(sale.value())
                    .update();
        }
    }

    private Turn finish(SaleId sale, Place place) {
        return database.transact(connection -> {
            try (PreparedStatement finished = connection.prepareStatement("""
                            UPDATE progress SET finished_at = clock_timestamp(), writer = NULL
                            WHERE sale = ? AND epoch = ? AND seq = ? AND finished_at IS NULL""");
                    PreparedStatement archived =
                            connection.prepareStatement("UPDATE sales SET state = 'ARCHIVED' WHERE sale = ?")) {
                int changed = new Columns<>(connection, finished, List.of())
                        .value(sale.value())
                        .value(place.epoch())
                        .value(place.seq())
                        .update();
                if (changed == 1) {
                    new Columns<>(connection, archived, List.of())
                            .value(sale.value())
                            .update();
                }
            }
            return Turn.FINISHED;
        });
    }

    // --- what is kept aside -----------------------------------------------------------------------------------------

    /**
     * Tries to write what was kept aside of a sale, in its order, after its cause was mended; gives how many steps could be. It
     * may be repeated, and runs beside the writer's turns.
     */
    long retry(SaleId sale) {
        long written = 0;
        Optional<KeptPlace> after = Optional.of(KeptPlace.BEGIN);
        while (after.isPresent()) {
            KeptPlace from = after.get();
            Tried tried = database.transact(connection -> retry(connection, sale, from));
            written += tried.written;
            after = tried.after;
        }
        return written;
    }

    /** Some steps of a sale, and where the next ones are. */
    private record Tried(int written, Optional<KeptPlace> after) {}

    /** The same with some of it, for an operator, as a cursor says; empty if there is no such sale. */
    Optional<Retried> retry(SaleId sale, Operator operator, Optional<String> cursor) {
        KeptPlace from = KeptPlace.after(cursor);
        return database.transact(connection -> {
            Tried tried = retry(connection, sale, from);
            Optional<Long> waiting = keptAside(connection, sale);
            if (waiting.isPresent()) {
                String detail = tried.written + " written, " + waiting.get() + " wait";
                OperatorLog.note(connection, sale, operator, "RETRY_KEPT_ASIDE", detail);
            }
            return waiting.map(wait -> new Retried(tried.written, wait, tried.after.map(KeptPlace::cursor)));
        });
    }

    private static Optional<Long> keptAside(Connection connection, SaleId sale) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT aside FROM progress WHERE sale = ?")) {
            statement.setString(1, sale.value());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(row.getLong(1)) : Optional.empty();
            }
        }
    }

    private static Tried retry(Connection connection, SaleId sale, KeptPlace from) throws SQLException {
        // Nobody writes this sale meanwhile.
        count(connection, sale, 0);
        OrderRows rows = new OrderRows(connection, sale);
        List<Kept> page = rows.keptAside(from, MOST_RETRIED);
        Set<String> blocked = rows.blockedUpTo(from, page);
        int written = 0;
        for (Kept kept : page) {
            String subject = kept.place().subject();
            if (!blocked.contains(subject)
                    && kept.step().isPresent()
                    && rewrite(connection, rows, kept.step().get())) {
                written++;
            } else {
                blocked.add(subject);
            }
        }
        count(connection, sale, -written);
        boolean isAll = page.size() < MOST_RETRIED;
        return new Tried(
                written,
                isAll ? Optional.empty() : Optional.of(page.get(page.size() - 1).place()));
    }

    private static boolean rewrite(Connection connection, OrderRows rows, Step step) throws SQLException {
        Savepoint before = connection.setSavepoint();
        if (rows.takeUp(step) && writeOne(connection, rows, step, Set.of()).isEmpty()) {
            connection.releaseSavepoint(before);
            return true;
        }
        connection.rollback(before);
        return false;
    }
}
