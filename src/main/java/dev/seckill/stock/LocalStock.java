package dev.seckill.stock;

import dev.seckill.ledger.Attempt;
import dev.seckill.ledger.Heard;
import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.Released;
import dev.seckill.ledger.SaleRefused;
import dev.seckill.ledger.Stamp;
import dev.seckill.trade.Answer;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import dev.seckill.trade.Standing;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * This node's stock of every sale: lets requests through to the ledger while its share lasts, asks for more when it is
 * used up, and refuses by itself only while the sale was just heard to be empty.
 *
 * <p>It is a gate, never the truth. All of it can be lost at any moment, and is, when the node dies.
 */
@ApplicationScoped
public class LocalStock {
    private final Map<SaleId, Desk> desks = new ConcurrentHashMap<>();
    private final Ledger ledger;
    private final StockConfig config;

    @Inject
    public LocalStock(Ledger ledger, StockConfig config) {
        this.ledger = ledger;
        this.config = config;
        if (ledger != null) {
            ledger.onHeard(this::hear);
        }
    }

    /** For the container's proxy. */
    LocalStock() {
        this(null, null);
    }

    /** What a request that is accepted now knows. It is taken once, at acceptance, and never refreshed. */
    public Stamp stamp(SaleId sale) {
        Desk desk = desks.get(sale);
        return desk == null ? Stamp.OLDEST : desk.stamp();
    }

    /** Whether this buyer can be told "sold out" at once. Touches memory only. */
    public boolean refuses(SaleId sale, BuyerId buyer) {
        Desk desk = desks.get(sale);
        return desk != null && desk.refuses(buyer);
    }

    /** Takes from this node's share and deducts in the ledger. For a sale that is known to exist. */
    public CompletionStage<Answer> reserve(Attempt attempt) {
        return desk(attempt.sale()).reserve(attempt).thenApply(answer -> {
            if (answer.outcome() == Outcome.NO_SALE) {
                desks.remove(attempt.sale());
            }
            return answer;
        });
    }

    /** Gives a reservation's tickets back; they are on sale again at once or after their rest. */
    public CompletionStage<Released> release(ReservationId id, BuyerId buyer, boolean isOwn) {
        return ledger.release(id, buyer, isOwn);
    }

    /**
     * Looks after the sales in use here, from a timer: renews their shares, which also puts on sale what rested long enough,
     * and reads their winners. When the ledger is away a share stays as it is; an archived sale is forgotten.
     */
    public void tend() {
        desks.forEach((sale, desk) -> {
            if (desk.isInUse()) {
                desk.readWinners();
                desk.renewShare(0).whenComplete((done, fault) -> {
                    if (SaleRefused.isNoSale(fault)) {
                        desks.remove(sale, desk);
                    }
                });
            }
        });
    }

    /**
     * Gives up this node's shares, so that the other nodes' parts grow at once; for a node that stops. Who still asks here is
     * served all the same.
     */
    public CompletionStage<Void> leave() {
        return CompletableFuture.allOf(desks.values().stream()
                .filter(Desk::hasShare)
                .map(desk -> desk.leave().toCompletableFuture())
                .toArray(CompletableFuture[]::new));
    }

    public long localStock(SaleId sale) {
        Desk desk = desks.get(sale);
        return desk == null ? 0 : desk.localStock();
    }

    /** Tickets that this node has sold since it started. */
    public long localSales(SaleId sale) {
        Desk desk = desks.get(sale);
        return desk == null ? 0 : desk.sold();
    }

    public Standing standing(SaleId sale) {
        Desk desk = desks.get(sale);
        return desk == null ? Standing.NONE : desk.standing();
    }

    private void hear(Heard heard) {
        desk(heard.sale()).hear(heard);
    }

    private Desk desk(SaleId sale) {
        Desk desk = desks.get(sale);
        return desk != null ? desk : desks.computeIfAbsent(sale, id -> new Desk(id, ledger, config));
    }
}
