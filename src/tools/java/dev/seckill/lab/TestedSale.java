package dev.seckill.lab;

import dev.seckill.ledger.Auditor;
import dev.seckill.ledger.SaleAudit;
import dev.seckill.order.OrderAudit;
import dev.seckill.order.OrderAuditor;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.Cluster;
import dev.seckill.trial.Endpoint;
import dev.seckill.trial.Pause;
import dev.seckill.trial.PostgresProcess;
import dev.seckill.trial.StartFailure;
import dev.seckill.trial.Tokens;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The sale that the buyers of all stories buy in: never sold out, and with nobody else's reservations. */
final class TestedSale implements AutoCloseable {
    private static final int CREATED = 201;

    /** More than anybody has patience for. */
    private static final int TICKETS = 1_000_000;

    /** Orders are written within a second or two. */
    private static final Duration WRITTEN = Duration.ofSeconds(30);

    private static final Duration KNOWN = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(200);

    private final SaleId id;
    private final Auditor ledger;
    private final OrderAuditor orders;

    private TestedSale(SaleId id, Auditor ledger, OrderAuditor orders) {
        this.id = id;
        this.ledger = ledger;
        this.orders = orders;
    }

    /** A new one, which every node knows. */
    static TestedSale putOn(Cluster nodes, Path key) {
        SaleId id = new SaleId("test-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX));
        create(id, nodes.endpoint(0), Tokens.operator(key));
        for (int node = 0; node < nodes.size(); node++) {
            Endpoint asked = nodes.endpoint(node);
            await(() -> asked.isReady("/api/sales/" + id), KNOWN, nodes.name(node) + " does not know the sale " + id);
        }
        return new TestedSale(
                id,
                Auditor.open(nodes.redisAddress(), Optional.empty(), Optional.empty(), line -> {}),
                OrderAuditor.of(
                        nodes.databaseUrl(),
                        Optional.of(PostgresProcess.USER),
                        Optional.of(nodes.databasePassword()),
                        line -> {}));
    }

    private static void create(SaleId id, Endpoint node, String operatorToken) {
        String json = """
                {"id": "%s", "name": "Test", "capacity": %d, "price": {"amount_minor": 5000, "currency": "EUR"},
                 "hold": "PT1H", "limit_per_buyer": 2}""".formatted(id, TICKETS);
        try {
            HttpResponse<String> answer = node.send(
                    "POST",
                    "/api/sales",
                    BodyPublishers.ofString(json),
                    List.of("Authorization", "Bearer " + operatorToken, "Content-Type", "application/json"));
            if (answer.statusCode() != CREATED) {
                throw new StartFailure("The sale can't be put on: " + answer.statusCode() + " " + answer.body());
            }
        } catch (IOException e) {
            throw new StartFailure("The sale can't be put on (" + e + ").", e);
        }
    }

    private static void await(BooleanSupplier isSo, Duration patience, String otherwise) {
        long giveUp = System.nanoTime() + patience.toNanos();
        while (!isSo.getAsBoolean()) {
            if (System.nanoTime() - giveUp > 0) {
                throw new StartFailure(otherwise + ".");
            }
            Pause.of(POLL);
        }
    }

    SaleId id() {
        return id;
    }

    /** Compares what these heard with the ledger; nobody may still ask. */
    PurchaseAudit compare(List<Purchase> purchases, String names) {
        return PurchaseAudit.of(purchases, ledger.reservations(id), names);
    }

    /** What scripts/audit finds wrong with it, in the ledger and in the orders. */
    List<String> audit() {
        SaleAudit audit = ledger.audit(id).orElseGet(() -> SaleAudit.gone(id));
        long giveUp = System.nanoTime() + WRITTEN.toNanos();
        OrderAudit written = orders.audit(id, ledger);
        while (written.behind() > 0 && System.nanoTime() - giveUp < 0) {
            Pause.of(POLL);
            written = orders.audit(id, ledger);
        }
        List<String> findings = new ArrayList<>();
        audit.findings().forEach(each -> findings.add(each.toString()));
        written.findings().forEach(each -> findings.add(each.toString()));
        if (written.behind() > 0) {
            findings.add("the orders are " + written.behind() + " movements behind");
        }
        return findings;
    }

    @Override
    public void close() {
        ledger.close();
    }
}
