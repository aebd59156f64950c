package dev.seckill.ledger;

import dev.seckill.trade.SaleId;
import dev.seckill.trade.Standing;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A ledger in which whoever reads movements or buyers waits until the test tells them. There is nothing else in it. */
public final class ToldLedger extends Ledger {
    private final Queue<CompletableFuture<List<Movement>>> movements = new ArrayDeque<>();
    private final Queue<CompletableFuture<String[]>> buyers = new ArrayDeque<>();

    @Override
    public CompletionStage<List<Movement>> movements(SaleId sale, Standing after) {
        CompletableFuture<List<Movement>> asked = new CompletableFuture<>();
        movements.add(asked);
        return asked;
    }

    @Override
    public CompletionStage<Void> buyers(SaleId sale, long epoch, Consumer<String> consumer) {
        CompletableFuture<String[]> asked = new CompletableFuture<>();
        buyers.add(asked);
        return asked.thenAccept(all -> List.of(all).forEach(consumer));
    }

    /** Answers who asked first for all buyers. */
    public void tellBuyers(String... all) {
        buyers.remove().complete(all);
    }

    /** Answers who asked first for movements. */
    public void tellMovements(Movement... page) {
        movements.remove().complete(List.of(page));
    }

    /** Who asked first for all buyers hears nothing. */
    public void tellNobody() {
        buyers.remove().completeExceptionally(new LedgerAway("away"));
    }

    /** How many wait for an answer. */
    public int readers() {
        return movements.size() + buyers.size();
    }
}
